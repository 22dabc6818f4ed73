/**
 * The real server with the real SIP plugin, as an application and a phone see it.
 *
 * @module
 */
import type { RequestRecord } from "../../../../server/core/contract/record.ts";
import type { OperationName, OperationParameters } from "../../../../server/plugin/mod.ts";
import { type Answer, api, type Call } from "../../../harness/api.ts";
import { type EventStream, openEvents } from "../../../harness/sse.ts";
import { type RunningServer, startServer } from "../../../harness/start_server.ts";
import { HandMadePhone, type HandMadePhoneOptions } from "./phone.ts";

/** The secret of every account. */
export const SECRET = "correct horse";
/** The domain of all. */
export const REALM = "phones.test";

/** A server with SIP phones. */
export interface SipServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly call: Call;
  /** Where phones register. */
  readonly port: number;
  /** Switches on a phone of an account; with `registered` it is registered, and the server knows. */
  phone(user: string, options?: Partial<HandMadePhoneOptions> & { registered?: boolean }): Promise<HandMadePhone>;
  /** An application that owns the phone of an account. */
  own(user: string): Promise<Owner>;
  /** Writes the accounts of the configuration anew and has the plugin read them. */
  reload(users: readonly string[]): Promise<void>;
}

/** An application with a phone. */
export interface Owner extends AsyncDisposable {
  readonly application: string;
  readonly handle: string;
  readonly events: EventStream;
  /** Asks for an operation and waits for its record. */
  do<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options?: { deadlineMs?: number },
  ): Promise<RequestRecord>;
  /** Asks for an operation; gives its id as soon as it is accepted. */
  start<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options?: { deadlineMs?: number },
  ): Promise<number>;
  /** The record of a request. */
  record(requestId: number): Promise<RequestRecord>;
  /** Asks a getter. */
  get<Body = Record<string, unknown>>(path: string): Promise<Body>;
  /** Asks for what only a vendor's own operation gives. */
  vendor(order: unknown): Promise<RequestRecord>;
  /** Opens the phone of another account too; gives the handle. */
  open(user: string): Promise<string>;
  /** Closes the phone. */
  close(): Promise<Answer<Record<string, unknown>>>;
}

/** Starts it with these accounts. */
export async function startSipServer(
  users: readonly string[],
  config: Record<string, unknown> = {},
): Promise<SipServer> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_sip_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const write = (users: readonly string[]) =>
    Deno.writeTextFile(
      `${folder}/config.json`,
      JSON.stringify({
        // The ops of a test must be its own: what the server prints would be read in whichever test it comes.
        log: { level: "error" },
        plugins: [{
          source: new URL("../../../../plugins/sip", import.meta.url).pathname,
          grants: { net: ["127.0.0.0/8", "[::1]"] },
          config: {
            listen: [`127.0.0.1:${port}`, `[::1]:${port}`],
            realm: REALM,
            accounts: users.map((user) => ({ user, secret: SECRET, lamps: ["lobby"], allow: ALLOWED })),
            ...config,
          },
        }],
      }),
    );
  await write(users);
  const server = undo.use(await startServer({ args: ["--config", `${folder}/config.json`] }));
  const call = api(server);
  const running = undo.move();
  return {
    server,
    call,
    port,
    async phone(user, { registered = true, ...options } = {}) {
      const host = options.host ?? "127.0.0.1";
      const phone = await HandMadePhone.open({
        server: { host, port },
        user,
        secret: SECRET,
        realm: REALM,
        ...options,
      });
      if (registered) {
        const { status, reason } = await phone.register();
        if (status !== 200) throw new Error(`${user} could not register: ${status} ${reason}\n${server.output()}`);
      }
      return phone;
    },
    own: (user) => own({ call, server }, `sip:${user}`),
    async reload(users) {
      await write(users);
      const { status, body } = await call("POST", "/v1/plugins/sip/reload");
      if (status >= 300) throw new Error(`The plugin was not loaded anew: ${JSON.stringify(body)}`);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const ALLOWED = { methods: ["OPTIONS"], events: ["talk"] };

const EVERYTHING = {
  states: ["connected", "disconnected", "display", "lamp", "ringMode", "handsetHookSwitch"],
  buttonModes: ["keypad"],
  buttonStates: ["up", "down"],
};

async function own({ call, server }: { call: Call; server: RunningServer }, phone: string): Promise<Owner> {
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: phone },
  });
  const open = async (phone: string): Promise<string> => {
    const { status, body } = await call<{ handle: string }>("POST", `/v1/applications/${application}/handles`, {
      body: { phone, privilege: "owner" },
    });
    if (status !== 201) throw new Error(`${phone} could not be opened: ${JSON.stringify(body)}`);
    await call("PUT", `/v1/handles/${body.handle}/status-messages`, { body: EVERYTHING });
    return body.handle;
  };
  const handle = await open(phone);
  const events = await openEvents(server, application);
  const owner: Owner = {
    application,
    handle,
    events,
    async do(operation, params, options = {}) {
      const requestId = await ask({ operation, ...params, ...options });
      await events.next("PHONE_REPLY", (event) => event.requestId === requestId);
      return await owner.record(requestId);
    },
    start: (operation, params, options = {}) => ask({ operation, ...params, ...options }),
    record: async (requestId) => (await call<RequestRecord>("GET", `/v1/requests/${requestId}`)).body,
    get: async (path) => (await call<never>("GET", `/v1/handles/${handle}/${path}`)).body,
    vendor: (order) => owner.do("devSpecific", { params: new TextEncoder().encode(JSON.stringify(order)).toBase64() }),
    open: (user) => open(`sip:${user}`),
    close: () => call("DELETE", `/v1/handles/${handle}`),
    async [Symbol.asyncDispose]() {
      await call("DELETE", `/v1/applications/${application}`);
      await events[Symbol.asyncDispose]();
    },
  };
  const ask = async (body: object): Promise<number> => {
    const answer = await call<{ requestId: number }>("POST", `/v1/handles/${handle}/requests`, { body });
    if (answer.status !== 202) throw new Error(`Not accepted: ${JSON.stringify(answer.body)}`);
    return answer.body.requestId;
  };
  return owner;
}

/** A port that nobody listens at just now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
