/**
 * An application as a test plays it: one session with its event stream.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import type { OperationName, PhoneStatus } from "../../../server/core/contract/operations.ts";
import type { RequestRecord } from "../../../server/core/contract/record.ts";
import { type Answer, api, type Call } from "../../harness/api.ts";
import { type EventStream, openEvents } from "../../harness/sse.ts";

/** Where a server is, and with which token. */
export interface ServerAddress {
  url: string;
  token: string;
}

/** The body of a call for one of the nine. */
export type Asked = { operation: OperationName; reference?: string; deadlineMs?: number } & Record<string, unknown>;

/** The three masks. */
export interface Masks {
  states?: string[];
  buttonModes?: string[];
  buttonStates?: string[];
}

/** What closing a handle is answered. */
export interface Closed {
  handle: string;
  lastHandle: boolean;
  completed: number;
}

/** An open handle. */
export interface Handle {
  readonly id: string;
  readonly phone: string;
  /** Asks for an operation and gives the whole answer. */
  ask(asked: Asked, wait?: number): Promise<Answer<Record<string, unknown>>>;
  /** Asks for an operation that must be accepted; gives its request's id. */
  request(asked: Asked): Promise<number>;
  /** Asks for an operation and waits for its record. */
  perform(asked: Asked): Promise<RequestRecord>;
  /** Calls a getter, such as `lamps/0`. */
  get<Body = Record<string, unknown>>(getter: string): Promise<Answer<Body>>;
  /** The status. */
  status(): Promise<PhoneStatus>;
  /** Sets the masks; what is left out is empty. */
  want(masks: Masks): Promise<Answer<Record<string, unknown>>>;
  /** Closes the handle, which must succeed. */
  close(): Promise<Closed>;
}

/** An application. The end of its block shuts it down, unless it has ended before. */
export interface Application extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly call: Call;
  readonly events: EventStream;
  /** Tries to open a phone. */
  tryOpen(phone: string | number, privilege: string): Promise<Answer<Record<string, unknown>>>;
  /** Opens a phone, which must succeed. */
  open(phone: string, privilege?: "owner" | "monitor"): Promise<Handle>;
  /** Everything that it has heard, when all that was on its way to it has arrived; what concerns the probe's `control` is left out. */
  heard(): Promise<PhoneEvent[]>;
}

/** Begins an application and opens its event stream. */
export async function beginApplication(server: ServerAddress, name: string): Promise<Application> {
  const call = api(server);
  const { status, body } = await call("POST", "/v1/applications", { body: { name } });
  equal(status, 201, JSON.stringify(body));
  const id = String(body.application);
  const events = await openEvents(server, id);

  let streaming = true;
  events.ended.then(() => streaming = false);
  const controls = new Set<string>();
  const tryOpen = (phone: string | number, privilege: string) =>
    call("POST", `/v1/applications/${id}/handles`, { body: { phone, privilege } });
  const open = async (phone: string, privilege: "owner" | "monitor" = "owner") => {
    const { status, body } = await tryOpen(phone, privilege);
    equal(status, 201, JSON.stringify(body));
    return handleOf(call, { id: String(body.handle), phone });
  };
  return {
    id,
    name,
    call,
    events,
    tryOpen,
    open,
    async heard() {
      // What was on its way has been queued when a reply to a later request has come.
      const control = await open("probe:control", "monitor");
      controls.add(control.id);
      const requestId = await control.request(command({ do: "mark" }));
      await events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
      await control.close();
      return events.seen.filter((event) =>
        !("phone" in event && event.phone === control.phone) &&
        !(event.type === "PHONE_REPLY" && controls.has(event.handle))
      );
    },
    async [Symbol.asyncDispose]() {
      // When its stream has ended, it has been shut down or its server is no more.
      if (streaming) equal((await call("DELETE", `/v1/applications/${id}`)).status, 204);
      await events[Symbol.asyncDispose]();
    },
  };
}

/** A `devSpecific` that tells the probe to do something. */
export function command(what: object): Asked {
  return { operation: "devSpecific", params: new TextEncoder().encode(JSON.stringify(what)).toBase64() };
}

function handleOf(call: Call, { id, phone }: { id: string; phone: string }): Handle {
  const path = `/v1/handles/${id}`;
  const ask = (asked: Asked, wait?: number) =>
    call("POST", `${path}/requests`, { body: asked, headers: wait === undefined ? {} : { prefer: `wait=${wait}` } });
  const get = <Body>(getter: string) => call<Body>("GET", `${path}/${getter}`);
  return {
    id,
    phone,
    ask,
    get,
    async request(asked) {
      const { status, body } = await ask(asked);
      equal(status, 202, JSON.stringify(body));
      return Number(body.requestId);
    },
    async perform(asked) {
      const { status, body } = await ask(asked, 20);
      equal(status, 200, JSON.stringify(body));
      return body as unknown as RequestRecord;
    },
    async status() {
      const { status, body } = await get<PhoneStatus>("status");
      equal(status, 200, JSON.stringify(body));
      return body;
    },
    want: ({ states = [], buttonModes = [], buttonStates = [] }) =>
      call("PUT", `${path}/status-messages`, { body: { states, buttonModes, buttonStates } }),
    async close() {
      const { status, body } = await call<Closed>("DELETE", path);
      equal(status, 200, JSON.stringify(body));
      return body;
    },
  };
}
