/**
 * Every open socket.
 *
 * @module
 */
import type { Token } from "../access/mod.ts";
import { Refusal } from "../api/mod.ts";
import { CallsUnderWay } from "./calls_under_way.ts";
import { Connection } from "./connection.ts";
import type { SocketPorts } from "./ports.ts";

/** Between two looks for clients that read nothing any more, milliseconds. */
const LOOK_MS = 15_000;

/** The open sockets: counted for each token, watched, and closed at the end. */
export class Sockets {
  readonly #ports: SocketPorts;
  readonly #underWay = new CallsUnderWay();
  readonly #open = new Set<Connection>();
  readonly #counts = new Map<string, number>();
  #cancelLook: (() => void) | undefined;

  /** Begins without any. */
  constructor(ports: SocketPorts) {
    this.#ports = ports;
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
    const { sockets } = this.#ports.bounds;
    if ((this.#counts.get(token) ?? 0) < sockets) return;
    throw new Refusal("too-many", `The token ${token} has ${sockets} open sockets; close one first`);
  }

  /**
   * Takes over a socket that is being opened, until it is closed: one whose client does not take the close is counted
   * as long as its connection stands.
   *
   * @param caller.address From where the socket is opened.
   */
  open(socket: WebSocket, caller: { token: Token; address: string }): Connection {
    const { id } = caller.token;
    const connection = new Connection(socket, {
      ...caller,
      ports: this.#ports,
      underWay: this.#underWay,
    });
    this.#open.add(connection);
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    connection.closed.then(() => this.#remove(id, connection));
    this.#cancelLook ??= this.#ports.clock.after(LOOK_MS, () => this.#look());
    return connection;
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
    this.#cancelLook = this.#open.size > 0 ? this.#ports.clock.after(LOOK_MS, () => this.#look()) : undefined;
  }
}
