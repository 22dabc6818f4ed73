/**
 * The line to the server: one application over one socket after another.
 *
 * A socket that is lost is opened anew and the application resumed after the last event that came. Calls whose answers
 * were lost with the socket are asked again; those that must not be done twice say themselves what became of them
 * (`recover`).
 *
 * @module
 */
import type { HeldHandle, StartedApplication as Begun } from "../core/contract/application.ts";
import { PhoneError } from "../core/contract/errors.ts";
import type { PhoneEvent } from "../core/contract/events.ts";
import type { Shape } from "../core/contract/shape.ts";
import { ResumedApplication, StartedApplication } from "../core/contract/shapes/mod.ts";
import { SOCKET_CLOSES } from "../core/contract/socket.ts";
import { given, pause, unlessAborted } from "../tools/mod.ts";
import type { Address } from "./address.ts";
import { checked, readEvent, readMessage, refusalOf } from "./answers.ts";
import { ApplicationEnded, CallRefused, UnexpectedAnswer } from "./errors.ts";
import { checkToken, openSocket } from "./open_socket.ts";
import { closeSocket, introduce, SocketLost, textOf } from "./socket.ts";

/** What becomes of a call whose answer may have been lost: an answer, or undefined to ask again. */
export type Recover<Recovered> = (handles: readonly HeldHandle[]) => { result: Recovered } | undefined;

/** Who hears what comes over a line without being asked for. */
export interface LineListener {
  /** Takes each event, in order, once. */
  event(event: PhoneEvent): void;
  /** The application has been taken up again: these are its handles. Events since then follow. */
  resumed(handles: readonly HeldHandle[]): void;
  /** The application has ended; nothing comes any more. */
  ended(error: ApplicationEnded): void;
}

/** What a line begins with. */
export interface LineOptions {
  /** Where, and who calls: asked for each socket. */
  readonly address: () => Promise<Address>;
  /** The application's name, for people and the history. */
  readonly name: string;
  /** How long it lives without a socket; what the server usually grants if left out. */
  readonly leaseSeconds: number | undefined;
  /** Gives up beginning. */
  readonly signal: AbortSignal | undefined;
}

/** A call whose answer has not come yet. */
interface Call {
  /** As it is sent, however often. */
  readonly text: string;
  /** What its answer is called. */
  readonly what: string;
  /** How often it has been sent. */
  sent: number;
  /** Takes the answer. */
  take(result: unknown): void;
  /** Gives it up. */
  reject(error: Error): void;
  /** Finds out what became of it; whether that is known. */
  recover(handles: readonly HeldHandle[]): boolean;
}

/** Between pings: a socket over which nothing came for two of them is taken for lost. */
const PING_MS = 15_000;
/** The first wait before another socket; each is twice as long as the one before, until something comes over one. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** How long a program has to say its token anew, milliseconds; then it is asked again. */
const ADDRESS_MS = 10_000;
/** A call that so many sockets were lost over is given up: it may be what ends them. */
const MOST_SENT = 20;
/** Closes after which no socket is opened again. */
const FINAL: Record<number, string> = {
  [SOCKET_CLOSES.done.code]: SOCKET_CLOSES.done.reason,
  [SOCKET_CLOSES.resumedElsewhere.code]: "Another socket has resumed the application",
  [SOCKET_CLOSES.revoked.code]: SOCKET_CLOSES.revoked.reason,
  [SOCKET_CLOSES.expired.code]: SOCKET_CLOSES.expired.reason,
};

/** See the module. */
export class Line {
  /** The application that it has begun. */
  readonly application: Begun;

  readonly #address: LineOptions["address"];
  readonly #listener: LineListener;
  readonly #calls = new Map<number, Call>();
  readonly #ending = new AbortController();
  readonly #closing = new Set<Promise<void>>();
  #nextId = 1;
  #socket: WebSocket | undefined;
  #lastEvent = 0;
  #heardAt = 0;
  #waitMs = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;

  /** The line of an application that has just begun on a socket. `listenerOf` is called before anything comes. */
  constructor(
    application: Begun,
    { address, socket, listenerOf }: {
      address: LineOptions["address"];
      socket: WebSocket;
      listenerOf: (line: Line) => LineListener;
    },
  ) {
    this.application = application;
    this.#address = address;
    this.#listener = listenerOf(this);
    this.#use(socket);
  }

  /** Whether there is a socket just now. */
  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /**
   * Calls a method; waits for a socket if there is none just now.
   *
   * @param options.shape What its answer must be.
   * @throws {PhoneError} What the server answered.
   * @throws {CallRefused} What the server answered, or that the call is too large or ends every socket that it is sent
   * over.
   * @throws {UnexpectedAnswer} If the answer is something else.
   * @throws {ApplicationEnded} If it ends before the answer.
   */
  call<Answer, Recovered = never>(
    method: string,
    params: object,
    options: { shape: Shape<Answer>; recover?: Recover<Recovered> },
  ): Promise<Answer | Recovered> {
    if (this.#ending.signal.aborted) return Promise.reject(this.#ending.signal.reason);
    const { shape, recover } = options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer | Recovered>();
    const id = this.#nextId++;
    const what = `The answer to ${method}`;
    const call: Call = {
      text: textOf(id, { method, params }),
      what,
      sent: 0,
      take: (result) => resolve(checked(result, shape, { what })),
      reject,
      recover(handles) {
        const recovered = recover?.(handles);
        if (recovered) resolve(recovered.result);
        return recovered !== undefined;
      },
    };
    this.#calls.set(id, call);
    if (this.#socket) send(this.#socket, call);
    return promise;
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
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
    this.#listener.ended(error);
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
    this.#pinging = setInterval(() => this.#ping(socket), PING_MS);
    if (socket.readyState !== WebSocket.OPEN) this.#lost(1006, "");
  }

  #ping(socket: WebSocket): void {
    if (performance.now() - this.#heardAt > 2 * PING_MS) return this.#lost(1006, "nothing was heard any more");
    socket.send(textOf(0, { method: "ping", params: {} }));
  }

  #hear(data: unknown): void {
    this.#heardAt = performance.now();
    this.#waitMs = 0;
    try {
      const { method, params, id, error, result } = readMessage(data);
      if (method !== undefined) return this.#hearEvent(method, params);
      const call = this.#calls.get(id ?? 0);
      if (call === undefined) return;
      this.#calls.delete(id ?? 0);
      settle(call, { error, result });
    } catch (error) {
      // What it said else cannot be trusted to be understood, and what is missing would not be noticed.
      if (!(error instanceof UnexpectedAnswer)) throw error;
      this.#finish(new ApplicationEnded(error.message));
    }
  }

  #hearEvent(method: string, params: unknown): void {
    const heard = readEvent(method, params);
    // After a resume the server begins behind `lastEvent`: what is not newer was heard on the socket before.
    if (heard === undefined || heard.seq <= this.#lastEvent) return;
    this.#lastEvent = heard.seq;
    if (heard.event) this.#listener.event(heard.event);
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
    for (const [id, { sent: times }] of sent) {
      if (times >= MOST_SENT) this.#giveUp(id, `${MOST_SENT} sockets were lost while the call was under way`);
    }
    if (code !== SOCKET_CLOSES.tooLarge.code) return;
    const [largest] = sent.toSorted(([, one], [, other]) => other.text.length - one.text.length);
    if (largest) this.#giveUp(largest[0], "The call is larger than the server takes");
  }

  #giveUp(id: number, words: string): void {
    this.#calls.get(id)?.reject(new CallRefused(words, { code: -32_600 }));
    this.#calls.delete(id);
  }

  /** Opens sockets until the application is taken up again. */
  async #resume(reason: string): Promise<void> {
    const { signal } = this.#ending;
    // Longer than this the server holds it only if it has not noticed the loss.
    const until = performance.now() + 2_000 * this.application.leaseSeconds;
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
    const late = AbortSignal.any([signal, AbortSignal.timeout(ADDRESS_MS)]);
    const socket = await openSocket(await unlessAborted(this.#address(), late), signal);
    try {
      await introduce(socket, {
        method: "resume",
        params: { application: this.application.application, lastEvent: this.#lastEvent },
        shape: ResumedApplication,
        onAnswer: ({ handles }) => {
          signal.throwIfAborted();
          this.#recover(handles);
          this.#use(socket);
          // Before anybody calls anew: what was asked first must be done first.
          for (const call of this.#calls.values()) if (this.#socket) send(this.#socket, call);
        },
      });
    } catch (error) {
      this.#discard(socket);
      throw error;
    }
  }

  #recover(handles: readonly HeldHandle[]): void {
    this.#listener.resumed(handles);
    for (const [id, call] of this.#calls) {
      if (call.sent > 0 && call.recover(handles)) this.#calls.delete(id);
    }
  }
}

/**
 * Opens the first socket of an application and begins it.
 *
 * @param listenerOf Gives who hears the line: called once it has begun, before anything comes.
 * @throws {CallRefused} If the server does not let it in.
 * @throws {PhoneError} `INVALAPPNAME`, `RESOURCEUNAVAIL` …
 * @throws {ServerUnreachable} If the server cannot be reached.
 * @throws {UnexpectedAnswer} If something else than a Switchroom answers.
 */
export async function beginLine<Listener extends LineListener>(
  { address, name, leaseSeconds, signal }: LineOptions,
  listenerOf: (line: Line) => Listener,
): Promise<Listener> {
  const at = await unlessAborted(address(), signal);
  await checkToken(at, signal);
  const socket = await openSocket(at, signal);
  let line: Line | undefined;
  try {
    const { promise, resolve } = Promise.withResolvers<Listener>();
    const introduced = introduce(socket, {
      method: "phoneInitializeEx",
      params: { name, ...given({ leaseSeconds }) },
      shape: StartedApplication,
      onAnswer: (begun) => {
        line = new Line(begun, {
          address,
          socket,
          listenerOf(line) {
            const listener = listenerOf(line);
            resolve(listener);
            return listener;
          },
        });
      },
    });
    await unlessAborted(introduced, signal);
    return await promise;
  } catch (error) {
    await (line?.end(new ApplicationEnded("Its beginning was given up")) ?? closeSocket(socket));
    throw error;
  }
}

/** Gives a call its answer, whatever that is. */
function settle(call: Call, { error, result }: { error?: unknown; result?: unknown }): void {
  try {
    if (error === undefined) call.take(result);
    else call.reject(refusalOf(error, call.what));
  } catch (fault) {
    if (!(fault instanceof UnexpectedAnswer)) throw fault;
    call.reject(fault);
  }
}

function send(socket: WebSocket, call: Call): void {
  call.sent++;
  socket.send(call.text);
}

/** Whether trying again cannot help: the server has said that there is no such application or token any more. */
function isFinal(error: unknown): error is Error {
  if (error instanceof PhoneError) return error.code !== "PHONEERR_RESOURCEUNAVAIL";
  if (error instanceof CallRefused) return error.code !== 429 && error.code !== 503;
  return error instanceof UnexpectedAnswer || (error instanceof SocketLost && error.code in FINAL);
}
