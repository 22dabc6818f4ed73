/**
 * One TCP connection.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { MESSAGE_LIMITS, MessageSplitter, type Split } from "../message/mod.ts";
import { type Peer, peerText } from "./peer.ts";
import { type Receiver, TransportError, type TransportLimits } from "./transports.ts";

const PONG = new TextEncoder().encode("\r\n");
const READ_BYTES = 16_384;

/** What a connection is made of. */
export interface ConnectionParts {
  peer: Peer;
  limits: TransportLimits;
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
  readonly #limits: TransportLimits;
  readonly #clock: Clock;
  readonly #receiver: Receiver;
  readonly #splitter: MessageSplitter;
  #written: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #used = false;
  #patienceUntil: number;
  #stopWatch: () => void;
  #open = true;

  /** @param conn Open; it is closed with this. */
  constructor(conn: Deno.TcpConn, { peer, limits, clock, receiver }: ConnectionParts) {
    this.peer = peer;
    this.#conn = conn;
    this.#limits = limits;
    this.#clock = clock;
    this.#receiver = receiver;
    this.#splitter = new MessageSplitter({ ...MESSAGE_LIMITS, mostBytes: limits.mostBytes });
    this.#patienceUntil = clock.now() + limits.firstMessageMs;
    this.#stopWatch = clock.after(limits.firstMessageMs, () => this.#watch());
    this.closed = this.#read();
  }

  /** Sends one message. Rejects with a {@linkcode TransportError}. */
  send(bytes: Uint8Array): Promise<void> {
    if (!this.#open) return Promise.reject(this.#failure("the connection is closed"));
    if (this.#waitingBytes + bytes.length > this.#limits.waitingBytes) {
      this.close();
      return Promise.reject(this.#failure(`it does not read; ${this.#waitingBytes} bytes wait already`));
    }
    this.#waitingBytes += bytes.length;
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
      this.#waitingBytes -= bytes.length;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.#take(this.#splitter.push(buffer.subarray(0, count)));
      }
    } catch {
      // A peer that has gone, or whose bytes make no sense: both end the connection, and neither is news.
    }
    this.close();
    await this.#written;
    this.#receiver.onClosed?.(this.peer);
  }

  #take({ messages, pings }: Split): void {
    if (messages.length > 0) this.#used = true;
    if (this.#used) this.#patienceUntil = this.#clock.now() + this.#limits.quietMs;
    for (const message of messages) this.#receiver.onMessage(message, this.peer);
    for (let ping = 0; ping < pings; ping++) this.send(PONG).catch(() => {});
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
