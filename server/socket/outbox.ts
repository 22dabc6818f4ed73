/**
 * What is on its way to a socket's client.
 *
 * @module
 */
import { SOCKET_CLOSES } from "../core/contract/socket.ts";
import type { Clock, EventStream } from "../core/mod.ts";

/** One of {@linkcode SOCKET_CLOSES}. */
export type CloseReason = keyof typeof SOCKET_CLOSES;

/**
 * What the runtime is given before the client has taken it: bytes, and texts, each of which costs a kilobyte there. It
 * cannot be taken back: when a client reads nothing more, it is kept until the connection breaks, so it is little. The
 * rest waits here and is dropped with the socket.
 */
const MOST_BYTES = 65_536;
const MOST_TEXTS = 256;

/** Between two looks whether the client has read on, milliseconds: the runtime tells nobody. */
const LOOK_MS = 2;

/** After so many turns of the loop in which nothing came, whatever had been sent has been read. */
const QUIET_TURNS = 10;
const MOST_TURNS = 200;

/** The texts that are sent over one socket, in their order. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #overflow: () => void;
  #waiting: string[] = [];
  /** How long the waiting texts are. */
  #length = 0;
  #cancelLook: (() => void) | undefined;
  #onRoom = () => {};
  #closing: CloseReason | undefined;
  #closed = false;
  /** The bytes that the runtime had not written at the last look. */
  #unwritten = 0;
  /** Texts given to the runtime since it had written all. */
  #given = 0;
  /** Whether it has written anything since the last {@linkcode Outbox.stuck}. */
  #moved = true;

  /**
   * Makes an empty outbox.
   *
   * @param options.limit How much may wait for the client, in bytes.
   * @param options.overflow Called when more is to wait: the client reads too slowly.
   */
  constructor(socket: WebSocket, options: { clock: Clock; limit: number; overflow: () => void }) {
    this.#socket = socket;
    this.#clock = options.clock;
    this.#limit = options.limit;
    this.#overflow = options.overflow;
  }

  /** Sends a text after those before it; does nothing once the socket is being closed. */
  send(text: string): void {
    if (this.#closing !== undefined || this.#closed) return;
    if (this.#waiting.length === 0 && this.#hasRoom()) return this.#give(text);
    // A single answer that is longer than the limit is nobody's slowness: it may wait, but nothing behind it.
    const counted = text.length > this.#limit ? 0 : text.length;
    if (this.#length + this.#unwritten + counted > this.#limit) return this.#overflow();
    this.#waiting.push(text);
    this.#length += text.length;
    this.#look();
  }

  /**
   * Waits until the client has read so much that nothing waits here; resolves also when it never will. One at a time
   * may wait.
   */
  room(): Promise<void> | undefined {
    if (this.#closed || (this.#waiting.length === 0 && this.#hasRoom())) return undefined;
    this.#look();
    return new Promise((resolve) => this.#onRoom = resolve);
  }

  /** Closes the socket after what waits has been handed over. */
  close(reason: CloseReason): void {
    this.#closing ??= reason;
    this.#drain();
  }

  /** Closes the socket at once; what waits is dropped. */
  cut(reason: CloseReason): void {
    this.#waiting = [];
    this.#closing ??= reason;
    this.#drain();
  }

  /** The socket is closed: nothing is left to do. */
  discard(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    this.#onRoom();
  }

  /** Whether nothing was written since the last time this was asked, though there was something to write. */
  stuck(): boolean {
    this.#hasRoom();
    const stuck = this.#unwritten > 0 && !this.#moved;
    this.#moved = this.#unwritten === 0;
    return stuck;
  }

  #hasRoom(): boolean {
    const unwritten = this.#socket.bufferedAmount;
    if (unwritten < this.#unwritten || unwritten === 0) this.#moved = true;
    this.#unwritten = unwritten;
    if (unwritten === 0) this.#given = 0;
    return unwritten < MOST_BYTES && this.#given < MOST_TEXTS;
  }

  #give(text: string): void {
    this.#given++;
    this.#socket.send(text);
  }

  #look(): void {
    this.#cancelLook ??= this.#clock.after(LOOK_MS, () => {
      this.#cancelLook = undefined;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#closed) return;
    let sent = 0;
    while (sent < this.#waiting.length && this.#hasRoom()) {
      const text = this.#waiting[sent++] ?? "";
      this.#length -= text.length;
      this.#give(text);
    }
    if (sent > 0) this.#waiting.splice(0, sent);
    if (this.#waiting.length > 0) this.#look();
    else if (this.#closing !== undefined) this.#finish(this.#closing);
    else if (this.#hasRoom()) this.#onRoom();
    else this.#look();
  }

  #finish(reason: CloseReason): void {
    this.discard();
    closeQuietly(this.#socket, SOCKET_CLOSES[reason]);
  }
}

/**
 * Sends an application's events until their stream ends.
 *
 * The next one is taken only when the client has read on: until then it waits in the core, which bounds how much is
 * held.
 */
export async function pumpEvents(events: EventStream, outbox: Outbox): Promise<void> {
  for (;;) {
    await outbox.room();
    const event = await events.next();
    if (event === undefined) return;
    outbox.send(`{"jsonrpc":"2.0","method":"${event.type}","params":${event.json}}`);
  }
}

/**
 * Closes a socket once its client is quiet, or does not become so.
 *
 * The runtime breaks the connection off when anything but a close comes behind its own: a client that had sent more
 * would learn of a broken connection and never why. So what is on its way is read first, and forgotten.
 */
async function closeQuietly(
  socket: WebSocket,
  { code, reason }: { readonly code: number; readonly reason: string },
): Promise<void> {
  let quiet = 0;
  socket.onmessage = () => quiet = 0;
  for (let turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; turns++, quiet++) {
    await new Promise((resolve) => setTimeout(resolve));
    if (socket.readyState !== WebSocket.OPEN) return;
  }
  socket.close(code, reason);
}
