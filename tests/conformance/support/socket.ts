/**
 * An application over a WebSocket as a test plays it: on one connection the order of answers and events can be seen as it is.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { EventOf } from "../../harness/sse.ts";
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import { command, type ServerAddress } from "./application.ts";

/** An error of JSON-RPC. */
export interface RpcError {
  code: number;
  message: string;
  data?: { code?: string };
}

/** The answer to one call. */
export interface RpcAnswer {
  id: number;
  result?: Record<string, unknown>;
  error?: RpcError;
}

/** One thing that came. */
export type Came = RpcAnswer | { event: PhoneEvent };

/** See the module. The end of its block closes the socket, which leaves the application to its lease. */
export interface SocketApplication extends AsyncDisposable {
  readonly id: string;
  /** Answers and events, in the order in which they came. */
  readonly came: readonly Came[];
  /** Resolves with the code when the socket has been closed, from whichever side. */
  readonly closed: Promise<number>;
  /** Calls a method and gives the whole answer. */
  ask(method: string, params?: object): Promise<RpcAnswer>;
  /** Calls a method that must succeed; gives its result. */
  call(method: string, params?: object): Promise<Record<string, unknown>>;
  /** Sends calls in one message, without waiting; gives their numbers. */
  send(calls: { method: string; params: object }[]): number[];
  /** Opens a phone, which must succeed; gives the handle. */
  open(phone: string, privilege?: "owner" | "monitor"): Promise<string>;
  /** Waits for the first event of a type that fulfils `where`, of those that came and of those to come. */
  first<Type extends PhoneEvent["type"]>(type: Type, where?: (event: EventOf<Type>) => boolean): Promise<EventOf<Type>>;
  /** All events, when all that was on their way have come; what concerns the probe's `control` is left out. */
  heard(): Promise<PhoneEvent[]>;
}

/** Opens a socket and begins an application. */
export async function beginOverSocket(
  { url, token }: ServerAddress,
  options: { name: string; leaseSeconds?: number },
): Promise<SocketApplication> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/socket`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { promise: closed, resolve: setClosed } = Promise.withResolvers<number>();
  socket.addEventListener("close", ({ code }) => setClosed(code), { once: true });
  const opened = new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  await Promise.race([opened, closed.then((code) => Promise.reject(new Error(`The socket was refused: ${code}`)))]);

  const came: Came[] = [];
  let news = Promise.withResolvers<void>();
  let calls = 0;
  const controls = new Set<unknown>();
  socket.addEventListener("message", ({ data }) => {
    for (const message of [JSON.parse(data)].flat()) {
      came.push("method" in message ? { event: message.params } : message);
    }
    news.resolve();
    news = Promise.withResolvers();
  });
  const until = async <Found>(what: string, find: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await deadline(news.promise, 30_000).catch((cause) => {
        throw new Error(`Waited for ${what}; came ${JSON.stringify(came)}`, { cause });
      });
    }
  };
  const events = () => came.flatMap((one) => "event" in one ? [one.event] : []);
  const number = (call: { method: string; params: object }) => ({ jsonrpc: "2.0", id: ++calls, ...call });

  const ask: SocketApplication["ask"] = (method, params = {}) => {
    const message = number({ method, params });
    socket.send(JSON.stringify(message));
    return until(method, () => came.find((one) => "id" in one && one.id === message.id) as RpcAnswer | undefined);
  };
  const call: SocketApplication["call"] = async (method, params) => {
    const { result, error } = await ask(method, params);
    if (!result) throw new Error(`${method} ${JSON.stringify(params)} was answered ${JSON.stringify(error)}`);
    return result;
  };
  const open = async (phone: string, privilege = "owner") =>
    String((await call("phoneOpen", { phone, privilege })).handle);
  const first: SocketApplication["first"] = (type, where = () => true) => {
    type Wanted = EventOf<typeof type>;
    const fits = (event: PhoneEvent): event is Wanted => event.type === type && where(event as Wanted);
    return until(type, () => events().find(fits));
  };

  const { application } = await call("phoneInitializeEx", options);
  return {
    id: String(application),
    came,
    closed,
    ask,
    call,
    open,
    first,
    send(asked) {
      const messages = asked.map(number);
      socket.send(JSON.stringify(messages));
      return messages.map(({ id }) => id);
    },
    async heard() {
      const control = await open("probe:control", "monitor");
      controls.add(control);
      const { params } = command({ do: "mark" });
      const { requestId } = await call("phoneDevSpecific", { handle: control, params });
      await first("PHONE_REPLY", (reply) => reply.requestId === requestId);
      await call("phoneClose", { handle: control });
      return events().filter((event) => !("handle" in event && controls.has(event.handle)));
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
