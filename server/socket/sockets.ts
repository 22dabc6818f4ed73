/**
 * Every open socket.
 *
 * @module
 */
import type { Clock } from "../core/ports.ts";
import type { Limits } from "../http/bounds.ts";
import { Refusal } from "../api/refusals/refusal.ts";
import type { Connection } from "./connection.ts";

/** Between two looks for clients that read nothing any more, milliseconds. */
const LOOK_MS = 15_000;

/** The open sockets: counted for each token, watched, and closed at the end. */
export class Sockets {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #open = new Set<Connection>();
  readonly #counts = new Map<string, number>();
  #cancelLook: (() => void) | undefined;

  /** Begins without any. */
  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Refuses another socket of a token that has as many as it may.
   *
   * @throws {Refusal} `too-many`.
   */
  requireRoom(token: string): void {
    const { sockets } = this.#limits;
    if ((this.#counts.get(token) ?? 0) < sockets) return;
    throw new Refusal("too-many", `The token ${token} has ${sockets} open sockets; close one first`);
  }

  /** Takes in a socket of a token, until it is closed: one whose client does not take the close is counted as long as its connection stands. */
  add(token: string, connection: Connection): void {
    this.#open.add(connection);
    this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
    connection.closed.then(() => this.#remove(token, connection));
    this.#cancelLook ??= this.#clock.after(LOOK_MS, () => this.#look());
  }

  /** Closes every socket as its application ends. Resolves when all are closed. */
  async stop(): Promise<void> {
    for (const connection of this.#open) connection.stop("stopping");
    await Promise.all([...this.#open].map((connection) => connection.closed));
  }

  /** Gives up whatever is still open. */
  abandon(): void {
    for (const connection of this.#open) connection.abandon();
    this.#cancelLook?.();
  }

  #remove(token: string, connection: Connection): void {
    this.#open.delete(connection);
    const count = (this.#counts.get(token) ?? 1) - 1;
    if (count > 0) this.#counts.set(token, count);
    else this.#counts.delete(token);
  }

  /** A client that reads nothing makes no event, and the runtime's own pings wait behind what it does not read. */
  #look(): void {
    for (const connection of this.#open) connection.cutIfStuck();
    this.#cancelLook = this.#open.size > 0 ? this.#clock.after(LOOK_MS, () => this.#look()) : undefined;
  }
}
