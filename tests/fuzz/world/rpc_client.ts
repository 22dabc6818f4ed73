/**
 * A client of JSON-RPC that sends whatever it is given, and holds what it gets against the specification.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { checkAnswer, expectedOf, isEvent } from "./rpc_messages.ts";

/** How a socket may be closed: its application has ended, or a message was too large. */
const ENDED = 1000;
const TOO_LARGE = 1009;
const MOST_BYTES = 65_536;

const PING = JSON.stringify({ jsonrpc: "2.0", id: "sentinel", method: "ping" });

/** See the module. */
export class RpcClient {
  /** Which application it is, if any. */
  readonly application: string | undefined;
  readonly #socket: { send(text: string): void; close(): void };
  readonly #answers: unknown[] = [];
  #closedWith: number | undefined;
  #look = () => {};

  /** @param socket What it sends over; what comes must be handed to {@linkcode got} and {@linkcode closed}. */
  constructor(socket: { send(text: string): void; close(): void }, options: { application?: string } = {}) {
    this.#socket = socket;
    this.application = options.application;
  }

  /** Whether its socket is open. */
  get isOpen(): boolean {
    return this.#closedWith === undefined;
  }

  /** Takes a text of the server. */
  got(text: string): void {
    const value: unknown = JSON.parse(text);
    if (isEvent(value)) return;
    this.#answers.push(value);
    this.#look();
  }

  /** Takes the end of the socket. */
  closed(code: number): void {
    this.#closedWith = code;
    this.#look();
  }

  /** Sends a text, and fails unless it is answered as it must be and the socket goes on, if it may. */
  async attempt(text: string): Promise<void> {
    await this.#ask(text);
    const large = new TextEncoder().encode(text).length > MOST_BYTES;
    if (large) await this.#untilClosed();
    if (large) equal(this.#closedWith, TOO_LARGE);
    else ok(this.isOpen || this.#closedWith === ENDED, `the socket was closed with ${this.#closedWith}`);
    if (this.isOpen) await this.#ask(PING);
    deepEqual(this.#answers, [], "something was answered that was not asked");
  }

  /** Takes up its application. */
  async resume(): Promise<void> {
    await this.#ask(
      JSON.stringify({ jsonrpc: "2.0", id: 0, method: "resume", params: { application: this.application } }),
    );
    ok(this.isOpen);
  }

  /** Closes the socket. */
  close(): void {
    this.#socket.close();
  }

  async #ask(text: string): Promise<void> {
    const expected = expectedOf(text);
    this.#socket.send(text);
    if (expected.answers === 0) return;
    while (this.#answers.length === 0 && this.isOpen) await this.#next();
    if (this.#answers.length > 0) checkAnswer(this.#answers.shift(), expected);
  }

  async #untilClosed(): Promise<void> {
    while (this.isOpen) await this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#look = resolve);
  }
}
