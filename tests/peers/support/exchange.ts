/**
 * The real server with the plugin for SIP phones, and an application that has phones open.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  type Application,
  connect,
  type DamagedRecord,
  type Phone,
  type PhoneEvent,
  type RequestRecord,
} from "switchroom/client";
import { type RunningServer, startServer } from "../../harness/start_server.ts";
import { Heard } from "../drivers/heard.ts";
import { SECRET } from "../drivers/secret.ts";

/** Where phones register, in every test. */
export const REGISTRAR = "127.0.0.1:5060";
/** The ports of our calls, two for each: no phone of a test has them. */
export const RTP_PORTS: readonly [first: number, last: number] = [20_000, 20_499];

const PLUGIN = fileURLToPath(new URL("../../../plugins/sip", import.meta.url));

/** How an exchange is set up. */
export interface ExchangeOptions {
  /** The users of its accounts. */
  users: readonly string[];
  /** Further keys of the plugin's configuration. */
  config?: Record<string, unknown>;
  /** Bounds of the server that are not the usual ones. */
  bounds?: Record<string, number>;
  /** The data folder and the token of a server that was there before. */
  before?: { data: string; token: string };
}

/** A server with SIP phones. The end of its block ends it. */
export interface Exchange extends AsyncDisposable {
  readonly server: RunningServer;
  readonly application: Application;
  /** Ends the application, and its calls with it. */
  close(): Promise<void>;
  /** Opens a phone as its owner, to hear everything. */
  open(user: string): Promise<OpenPhone>;
}

/** What is said by an event that is waited for. */
export type Saying = { type: PhoneEvent["type"] } & Record<string, unknown>;

/** A phone that is open. It is closed with its application. */
export interface OpenPhone {
  readonly phone: Phone;
  /** What it reports. */
  readonly events: Heard<PhoneEvent>;
  /** Waits for the next event that says this. */
  next(saying: Saying): Promise<PhoneEvent>;
  /** Waits until it is connected, or is not. */
  connected(connected?: boolean): Promise<void>;
  /** Its record: what the history says of a request. */
  record(requestId: number): Promise<RequestRecord | DamagedRecord>;
}

/** Starts the server with these accounts. */
export async function startExchange({ users, config = {}, bounds = {}, before }: ExchangeOptions): Promise<Exchange> {
  await using undo = new AsyncDisposableStack();
  const accounts = users.map((user) => ({ user, secret: SECRET }));
  const server = undo.use(
    await startServer({
      ...before,
      config: {
        bounds,
        plugins: [{
          source: PLUGIN,
          grants: { net: ["127.0.0.0/8", "[::1]"] },
          config: { listen: [REGISTRAR], realm: "phones.test", rtpPorts: RTP_PORTS, accounts, ...config },
        }],
      },
    }),
  );
  const application = await connect(server.url, { name: "tests with real phones", token: server.token });
  // Nobody has to wait for a server that has ended.
  const gone = new AbortController();
  server.exit.then(() => gone.abort());
  const close = () => application.close({ signal: gone.signal });
  undo.defer(close);
  ok((await application.phones()).length > 0, `The plugin offers no phones:\n${server.output()}`);
  const running = undo.move();
  return {
    server,
    application,
    close,
    open: async (user) => await openPhone(application, `sip:${user}`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openPhone(application: Application, name: string): Promise<OpenPhone> {
  const phone = await application.open(name, { privilege: "owner" });
  const events = new Heard<PhoneEvent>(name);
  const hearing = async () => {
    for await (const event of phone.events()) events.push(event);
    events.end("it is closed");
  };
  void hearing();
  await phone.setStatusMessages({
    states: ["connected", "disconnected", "display", "lamp", "ringMode", "handsetHookSwitch"],
    buttonModes: ["keypad"],
    buttonStates: ["down", "up"],
  });
  const next = (saying: Saying) => events.next((event) => says(event, saying), { what: JSON.stringify(saying) });
  return {
    phone,
    events,
    next,
    async connected(connected = true) {
      if ((await application.phone(name)).connected === connected) return;
      await next({ type: "PHONE_STATE", states: [connected ? "connected" : "disconnected"] });
    },
    record: (requestId) => application.request(requestId),
  };
}

/** Whether an event has what is asked for. */
function says(event: PhoneEvent, saying: Saying): boolean {
  try {
    deepEqual({ ...event, ...saying }, event);
    return true;
  } catch {
    return false;
  }
}
