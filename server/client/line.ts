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
import { SOCKET_CLOSES } from "../core/contract/socket.ts";
import { given, pause, unlessAborted } from "../tools/mod.ts";
import { closeSocket, SocketLost } from "./close_socket.ts";
import { ApplicationEnded, CallRefused, errorOf, type WireError } from "./errors.ts";
import { type Address, checkToken, openSocket } from "./open_socket.ts";

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
  /** How long it lives without a socket; what the server usually grants if left out. */
  leaseSeconds: number | undefined;
  /** Takes each event, in order, once. */
  onEvent(event: PhoneEvent): void;
  /** The application has been taken up again: these are its handles. Events since then follow. */
  onResumed(handles: readonly HeldHandle[]): void;
  /** The application has ended; nothing comes any more. */
  onEnd(error: ApplicationEnded): void;
}

interface Call {
  /** As it is sent, however often. */
  readonly text: string;
  readonly recover: Recover | undefined;
  readonly answer: PromiseWithResolvers<unknown>;
  /** How often it has been sent. */
  sent: number;
}

type Message =
  | { id: number; result: unknown }
  | { id: number; error: WireError }
  | { method: string; params: PhoneEvent };

/** Between pings: a socket over which nothing came for two of them is taken for lost. */
const PING_MS = 15_000;
/** How long the first answer of a socket may take: a resume waits for what the lost socket has begun. */
const INTRODUCTION_MS = 30_000;
/** The first wait before another socket; each is twice as long as the one before, until something comes over one. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** A call that so many sockets were lost over is given up: it may be what ends them. */
const MOST_SENT = 20;
/** Closes after which no socket is opened again. */
const FINAL: Record<number, string> = {
  [SOCKET_CLOSES.resumedElsewhere.code]: "Another socket has resumed the application",
  [SOCKET_CLOSES.revoked.code]: SOCKET_CLOSES.revoked.reason,
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
  #waitMs = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;

  /** A line that is not connected yet. */
  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Whether there is a socket just now. */
  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /**
   * Opens the first socket and begins the application.
   *
   * @throws {CallRefused} If the server does not let it in.
   * @throws {PhoneError} `INVALAPPNAME`, `RESOURCEUNAVAIL` …
   * @throws {TypeError} If the server cannot be reached.
   */
  async begin(signal: AbortSignal | undefined): Promise<Begun> {
    const { address, name, leaseSeconds } = this.#options;
    const abandoned = AbortSignal.any([this.#ending.signal, ...(signal ? [signal] : [])]);
    await checkToken(address, abandoned);
    const socket = await openSocket(address, abandoned);
    try {
      const begun = Promise.withResolvers<Begun>();
      const introduced = this.#introduce(socket, {
        method: "phoneInitializeEx",
        params: { name, ...given({ leaseSeconds }) },
        onAnswer: begun.resolve,
      });
      await unlessAborted(introduced, signal);
      this.#application = await begun.promise;
      this.#use(socket);
      return this.#application;
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
   * @throws {CallRefused} What the server answered, or that the call is too large or ends every socket that it is sent over.
   * @throws {ApplicationEnded} If it ends before the answer.
   */
  call(method: string, params: object, options: { recover?: Recover | undefined } = {}): Promise<unknown> {
    if (this.#ending.signal.aborted) return Promise.reject(this.#ending.signal.reason);
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    const call: Call = { text: textOf(id, method, params), recover: options.recover, answer, sent: 0 };
    this.#calls.set(id, call);
    if (this.#socket) send(this.#socket, call);
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

  /** The first call on a socket. Events may follow its answer in the same turn, so `onAnswer` hears it before they come. */
  #introduce<Answer>(
    socket: WebSocket,
    { method, params, onAnswer }: { method: string; params: object; onAnswer: (answer: Answer) => void },
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = setTimeout(() => reject(new SocketLost(1006, "the server did not answer")), INTRODUCTION_MS);
    socket.onmessage = ({ data }) => {
      const message: Message = JSON.parse(data);
      socket.onmessage = ({ data }) => this.#hear(data);
      if ("error" in message) return reject(errorOf(message.error));
      if ("result" in message) onAnswer(message.result as Answer);
      resolve();
    };
    socket.onclose = ({ code, reason }) => reject(new SocketLost(code, reason));
    socket.onerror = () => {};
    socket.send(textOf(0, method, params));
    return promise.finally(() => clearTimeout(late));
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
    socket.send(textOf(0, "ping", {}));
  }

  #hear(data: string): void {
    this.#heardAt = performance.now();
    this.#waitMs = 0;
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
    const closing: Promise<void> = closeSocket(socket).then(() => void this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #lost(code: number, reason: string): void {
    if (this.#socket === undefined) return;
    this.#drop();
    const final = FINAL[code];
    if (final !== undefined) return this.#finish(new ApplicationEnded(final));
    this.#giveUpCalls(code);
    this.#resume(reason).catch((error) => this.#finish(error));
  }

  /** Rejects what would end the next socket as it has ended this one. */
  #giveUpCalls(code: number): void {
    const sent = [...this.#calls].filter(([, call]) => call.sent > 0);
    const tooOften = sent.filter(([, call]) => call.sent >= MOST_SENT);
    for (const [id, call] of tooOften) {
      this.#reject(id, call, `${MOST_SENT} sockets were lost while the call was under way`);
    }
    if (code !== SOCKET_CLOSES.tooLarge.code) return;
    const [largest] = sent.toSorted(([, one], [, other]) => other.text.length - one.text.length);
    if (largest) this.#reject(...largest, "The call is larger than the server takes");
  }

  #reject(id: number, call: Call, words: string): void {
    this.#calls.delete(id);
    call.answer.reject(new CallRefused(words, { code: -32_600 }));
  }

  /** Opens sockets until the application is taken up again. */
  async #resume(reason: string): Promise<void> {
    const { signal } = this.#ending;
    const begun = this.#application!;
    // Longer than this the server holds it only if it has not noticed the loss.
    const until = performance.now() + 2_000 * begun.leaseSeconds;
    while (!signal.aborted) {
      if (this.#waitMs > 0) await pause(this.#waitMs * (0.5 + Math.random() / 2), signal);
      this.#waitMs = Math.min(2 * this.#waitMs || FIRST_WAIT_MS, LONGEST_WAIT_MS);
      try {
        return await this.#resumeOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) throw new ApplicationEnded(`The application could not be resumed: ${error.message}`);
      }
      if (performance.now() > until) {
        throw new ApplicationEnded(`The server was not reached again${reason && `, lost because ${reason}`}`);
      }
    }
  }

  async #resumeOnce(signal: AbortSignal): Promise<void> {
    const { application } = this.#application!;
    const socket = await openSocket(this.#options.address, signal);
    try {
      await this.#introduce<{ handles: HeldHandle[] }>(socket, {
        method: "resume",
        params: { application, lastEvent: this.#lastEvent },
        onAnswer: ({ handles }) => this.#recover(handles),
      });
      signal.throwIfAborted();
      this.#use(socket);
      for (const call of this.#calls.values()) if (this.#socket) send(socket, call);
    } catch (error) {
      this.#discard(socket);
      throw error;
    }
  }

  #recover(handles: readonly HeldHandle[]): void {
    this.#options.onResumed(handles);
    for (const [id, call] of this.#calls) {
      const recovered = call.sent > 0 ? call.recover?.(handles) : undefined;
      if (recovered === undefined) continue;
      this.#calls.delete(id);
      call.answer.resolve(recovered.result);
    }
  }
}

function textOf(id: number, method: string, params: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

function send(socket: WebSocket, call: Call): void {
  call.sent++;
  socket.send(call.text);
}

/** Whether trying again cannot help: the server has said that there is no such application or token any more. */
function isFinal(error: unknown): error is Error {
  if (error instanceof PhoneError) return error.code !== "PHONEERR_RESOURCEUNAVAIL";
  if (error instanceof CallRefused) return error.code !== 429 && error.code !== 503;
  return error instanceof SocketLost && error.code in FINAL;
}
