/**
 * The line to the server: one application over one socket after another.
 *
 * A socket that is lost is opened anew and the application resumed after the last event that came. Calls whose answers were lost with the socket are asked
 * again; those that must not be done twice say themselves what became of them (`recover`).
 *
 * @module
 */
import type { PhoneEvent } from "../core/contract/events.ts";
import type { Privilege } from "../core/contract/names.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { unlessAbandoned } from "./abandon.ts";
import { ApplicationEnded, CallRefused, errorOf, type WireError } from "./errors.ts";
import { type Address, openSocket } from "./open_socket.ts";

/** A handle as the server knows it. */
export interface HeldHandle {
  /** Its id. */
  handle: string;
  /** Which phone. */
  phone: string;
  /** As what it was opened. */
  privilege: Privilege;
}

/** What the server says of an application that begins or is taken up again. */
export interface Begun {
  /** Its id. */
  application: string;
  /** How long it lives without a socket, seconds. */
  leaseSeconds: number;
  /** How many phones there are. */
  phoneCount: number;
}

/** What becomes of a call whose answer may have been lost: an answer, or undefined to ask again. */
export type Recover = (handles: readonly HeldHandle[]) => { result: unknown } | undefined;

/** What a line needs. */
export interface LineOptions {
  /** Where, and who calls. */
  address: Address;
  /** The application's name, for people and the history. */
  name: string;
  /** How long it lives without a socket; the server's usual 60 s if left out. */
  leaseSeconds: number | undefined;
  /** Takes each event, in order, once. */
  onEvent(event: PhoneEvent): void;
  /** The application has ended; nothing comes any more. */
  onEnd(error: ApplicationEnded): void;
}

interface Call {
  readonly method: string;
  readonly params: object;
  readonly recover: Recover | undefined;
  readonly answer: PromiseWithResolvers<unknown>;
  sent: boolean;
}

type Message =
  | { id: number; result: unknown }
  | { id: number; error: WireError }
  | { method: string; params: PhoneEvent };

/** Between pings: a socket over which nothing came for two of them is taken for lost. */
const PING_MS = 15_000;
/** The first wait before another socket; each is twice as long as the one before. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** How long a closed socket's other side may take to agree. */
const CLOSE_MS = 1_000;
/** How the server closes a socket that is not to be opened again. */
const FINAL: Record<number, string> = {
  4001: "Another socket has resumed the application",
  4003: "The token was revoked",
};

/** See the module. */
export class Line {
  readonly #options: LineOptions;
  readonly #calls = new Map<number, Call>();
  readonly #ending = new AbortController();
  readonly #closing = new Set<Promise<void>>();
  #nextId = 1;
  #socket: WebSocket | undefined;
  #application: Begun | undefined;
  #lastEvent = 0;
  #heardAt = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;

  /** A line that is not connected yet. */
  constructor(options: LineOptions) {
    this.#options = options;
  }

  /**
   * Opens the first socket and begins the application.
   *
   * @throws {CallRefused} If the server does not let it in.
   * @throws {PhoneError} `INVALAPPNAME`, `RESOURCEUNAVAIL` …
   * @throws {TypeError} If the server cannot be reached.
   */
  async begin(signal: AbortSignal | undefined): Promise<Begun> {
    const { name, leaseSeconds } = this.#options;
    const abandoned = signal ?? this.#ending.signal;
    const socket = await openSocket(this.#options.address, AbortSignal.any([abandoned, this.#ending.signal]));
    try {
      const params = { name, ...(leaseSeconds !== undefined && { leaseSeconds }) };
      const begun = await unlessAbandoned(this.#introduce(socket, "phoneInitializeEx", params), signal) as Begun;
      this.#application = begun;
      this.#use(socket);
      return begun;
    } catch (error) {
      this.#discard(socket);
      await Promise.all(this.#closing);
      throw error;
    }
  }

  /**
   * Calls a method; waits for a socket if there is none just now.
   *
   * @throws {PhoneError} What the server answered.
   * @throws {CallRefused} What the server answered.
   * @throws {ApplicationEnded} If it ends before the answer.
   */
  call(method: string, params: object, options: { recover?: Recover | undefined } = {}): Promise<unknown> {
    if (this.#ending.signal.aborted) return Promise.reject(this.#ending.signal.reason);
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    const call: Call = { method, params, recover: options.recover, answer, sent: false };
    this.#calls.set(id, call);
    if (this.#socket) this.#send(this.#socket, id, call);
    return answer.promise;
  }

  /** Ends the line; what waits is rejected. Resolves when no socket is open any more. */
  async end(error: ApplicationEnded): Promise<void> {
    this.#finish(error);
    await Promise.all(this.#closing);
  }

  #finish(error: ApplicationEnded): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort(error);
    this.#drop();
    for (const call of this.#calls.values()) call.answer.reject(error);
    this.#calls.clear();
    this.#options.onEnd(error);
  }

  #send(socket: WebSocket, id: number, call: Call): void {
    call.sent = true;
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: call.method, params: call.params }));
  }

  /** The first call on a socket; what comes before its answer is none of ours. */
  #introduce(socket: WebSocket, method: string, params: object): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    socket.onmessage = ({ data }) => {
      const message: Message = JSON.parse(data);
      if ("result" in message) resolve(message.result);
      else if ("error" in message) reject(errorOf(message.error));
      // Events may follow the answer in the same turn, before the promise is heard.
      socket.onmessage = ({ data }) => this.#hear(data);
    };
    socket.onclose = ({ code, reason }) => reject(new SocketLost(code, reason));
    socket.onerror = () => {};
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 0, method, params }));
    return promise;
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
    this.#pinging = setInterval(() => this.#ping(socket), PING_MS);
    if (socket.readyState !== WebSocket.OPEN) this.#lost(1006, "");
  }

  #ping(socket: WebSocket): void {
    if (performance.now() - this.#heardAt > 2 * PING_MS) return this.#lost(1006, "nothing was heard any more");
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping", params: {} }));
  }

  #hear(data: string): void {
    this.#heardAt = performance.now();
    const message: Message = JSON.parse(data);
    if ("method" in message) {
      // After a resume the server begins behind `lastEvent`: what is not newer was heard on the socket before.
      if (message.params.seq <= this.#lastEvent) return;
      this.#lastEvent = message.params.seq;
      return this.#options.onEvent(message.params);
    }
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    if ("error" in message) call.answer.reject(errorOf(message.error));
    else call.answer.resolve(message.result);
  }

  /** Forgets the socket. */
  #drop(): void {
    clearInterval(this.#pinging);
    if (this.#socket) this.#discard(this.#socket);
    this.#socket = undefined;
  }

  /** Ends a socket of which nothing is wanted any more. */
  #discard(socket: WebSocket): void {
    const closing: Promise<void> = closed(socket).then(() => void this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #lost(code: number, reason: string): void {
    if (this.#socket === undefined) return;
    this.#drop();
    const final = FINAL[code];
    if (final !== undefined) return this.#finish(new ApplicationEnded(final));
    this.#resume(reason).catch((error) => this.#finish(error));
  }

  /** Opens sockets until the application is taken up again. */
  async #resume(reason: string): Promise<void> {
    const { signal } = this.#ending;
    const begun = this.#application!;
    // Longer than this the server holds it only if it has not noticed the loss.
    const until = performance.now() + 2_000 * begun.leaseSeconds;
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        return await this.#resumeOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) throw new ApplicationEnded(`The application could not be resumed: ${error.message}`);
      }
      if (performance.now() > until) {
        throw new ApplicationEnded(`The server was not reached again${reason && `, lost because ${reason}`}`);
      }
      await pause(wait * (0.5 + Math.random() / 2), signal);
    }
  }

  async #resumeOnce(signal: AbortSignal): Promise<void> {
    const { application } = this.#application!;
    const socket = await openSocket(this.#options.address, signal);
    try {
      const params = { application, lastEvent: this.#lastEvent };
      const { handles } = await this.#introduce(socket, "resume", params) as { handles: HeldHandle[] };
      signal.throwIfAborted();
      this.#recover(handles);
      this.#use(socket);
      for (const [id, call] of this.#calls) if (this.#socket) this.#send(socket, id, call);
    } catch (error) {
      this.#discard(socket);
      throw error;
    }
  }

  #recover(handles: readonly HeldHandle[]): void {
    for (const [id, call] of this.#calls) {
      const recovered = call.sent ? call.recover?.(handles) : undefined;
      if (recovered === undefined) continue;
      this.#calls.delete(id);
      call.answer.resolve(recovered.result);
    }
  }
}

/** A socket ended before its first answer. */
class SocketLost extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(FINAL[code] ?? `The socket was closed with ${code} ${reason}`.trimEnd());
    this.code = code;
  }
}

/** Whether trying again cannot help: the server has said that there is no such application or token any more. */
function isFinal(error: unknown): error is Error {
  if (error instanceof PhoneError) return error.code !== "PHONEERR_RESOURCEUNAVAIL";
  if (error instanceof CallRefused) return error.code !== 429 && error.code !== 503;
  return error instanceof SocketLost && error.code in FINAL;
}

/** Closes a socket, and waits a moment for the other side to agree. */
function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(over, CLOSE_MS);
    socket.onopen = socket.onmessage = socket.onerror = null;
    socket.onclose = over;
    if (socket.readyState === WebSocket.CLOSED) over();
    else socket.close();
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    signal.addEventListener("abort", go, { once: true });
  });
}
