/**
 * One TCP connection.
 *
 * @module
 */
import { MESSAGE_BOUNDS, MessageSplitter, type Split } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";
import { type Peer, peerText } from "./peer.ts";
import { type Receiver, type TransportBounds, TransportError } from "./transports.ts";

const PONG = new TextEncoder().encode("\r\n");
const READ_BYTES = 16_384;

/** What a message costs while it waits, beside its bytes. */
const WAITING_COST = 512;

/** As long as more waits to be sent, nothing more is read: what is asked next would only make it more. */
const MOST_WHILE_READING = 65_536;

/** What a connection is made of. */
export interface ConnectionOptions {
  peer: Peer;
  bounds: TransportBounds;
  clock: Clock;
  receiver: Receiver;
}

/** An open connection: it is read until it ends, and closed when its peer breaks a limit. */
export class TcpConnection {
  /** The other end. */
  readonly peer: Peer;
  /** Fulfils when it is closed. */
  readonly closed: Promise<void>;
  readonly #conn: Deno.TcpConn;
  readonly #bounds: TransportBounds;
  readonly #clock: Clock;
  readonly #receiver: Receiver;
  readonly #splitter: MessageSplitter;
  #written: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #kept = false;
  #heardAt: number;
  #patienceUntil: number;
  #stopWatch: () => void;
  #open = true;

  /** @param conn Open; it is closed with this. */
  constructor(conn: Deno.TcpConn, { peer, bounds, clock, receiver }: ConnectionOptions) {
    this.peer = peer;
    this.#conn = conn;
    this.#bounds = bounds;
    this.#clock = clock;
    this.#receiver = receiver;
    this.#splitter = new MessageSplitter({ ...MESSAGE_BOUNDS, mostBytes: bounds.mostBytes });
    this.#heardAt = clock.now();
    this.#patienceUntil = this.#heardAt + bounds.strangerMs;
    this.#stopWatch = clock.after(bounds.strangerMs, () => this.#watch());
    this.closed = this.#read();
  }

  /** Whether it is kept for as long as it is used; else nothing is known of who is at its other end. */
  get isKept(): boolean {
    return this.#kept;
  }

  /** When something came last, on its clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Keeps it for as long as it is used. */
  keep(): void {
    this.#kept = true;
    this.#patienceUntil = this.#heardAt + this.#bounds.quietMs;
  }

  /** Sends one message. Rejects with a {@linkcode TransportError}. */
  send(bytes: Uint8Array): Promise<void> {
    if (!this.#open) return Promise.reject(this.#failure("the connection is closed"));
    if (this.#waitingBytes + bytes.length + WAITING_COST > this.#bounds.waitingBytes) {
      this.close();
      return Promise.reject(this.#failure(`it does not read; ${this.#waitingBytes} bytes wait already`));
    }
    this.#waitingBytes += bytes.length + WAITING_COST;
    const written = this.#written.then(() => this.#write(bytes));
    this.#written = written.catch(() => this.close());
    return written;
  }

  /** Closes it at once. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stopWatch();
    this.#conn.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      let rest = bytes;
      while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
    } catch (cause) {
      throw this.#failure(String(cause), cause);
    } finally {
      this.#waitingBytes -= bytes.length + WAITING_COST;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        const split = this.#splitter.push(buffer.subarray(0, count));
        this.#take(split);
        if (split.fault) {
          this.#receiver.onMalformed?.(split.fault, this.peer);
          await this.#written;
          break;
        }
        while (this.#waitingBytes > MOST_WHILE_READING) await this.#written;
      }
    } catch {
      // A peer that has gone is no news.
    }
    this.close();
    await this.#written;
    this.#receiver.onClosed?.(this.peer);
  }

  #take({ messages, pings }: Split): void {
    this.#heardAt = this.#clock.now();
    if (this.#kept) this.keep();
    for (const message of messages) this.#receiver.onMessage(message, this.peer);
    // One for all that came at once: thousands of them fit into one read.
    if (pings > 0) this.send(PONG).catch(() => {});
  }

  /** One timer that looks again, instead of one set anew for each message. */
  #watch(): void {
    const left = this.#patienceUntil - this.#clock.now();
    if (left <= 0) this.close();
    else this.#stopWatch = this.#clock.after(left, () => this.#watch());
  }

  #failure(why: string, cause?: unknown): TransportError {
    return new TransportError(`Cannot send to ${peerText(this.peer)}: ${why}`, cause === undefined ? {} : { cause });
  }
}
