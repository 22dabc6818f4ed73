/**
 * A wire that breaks: what lies between a client and a server, and fails in the middle of a message.
 *
 * @module
 */

/** When and how a connection is cut. */
export interface Cut {
  /** After how many bytes from the server. */
  after: number;
  /** Whether the server hears of it. */
  heard: boolean;
}

const NEVER: Cut = { after: Infinity, heard: true };

/** A proxy of one TCP port. The end of its block ends all that goes over it. */
export class CuttingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #port: number;
  readonly #nextCut: () => Cut;
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  /** How many connections have been carried. */
  carried = 0;
  /** How many of them were cut as `nextCut` said. */
  cuts = 0;
  /** Whether new connections are carried; if not, they end at once. */
  passing = true;

  /**
   * Begins to listen.
   *
   * @param server Where the server is.
   * @param nextCut Asked for each connection; left out, none is cut by itself.
   */
  constructor(server: string, nextCut: () => Cut = () => NEVER) {
    this.#port = Number(new URL(server).port);
    this.#nextCut = nextCut;
    this.#accepting = this.#accept();
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Ends every connection, at both ends, in the middle of whatever they carry. */
  cut(): void {
    for (const connection of [...this.#open]) this.#close(connection);
  }

  async #accept(): Promise<void> {
    const joined: Promise<void>[] = [];
    for await (const client of this.#listener) joined.push(this.#join(client));
    await Promise.all(joined);
  }

  async #join(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    const server = this.passing ? await connect(this.#port) : undefined;
    if (server === undefined) return this.#close(client);
    this.#open.add(server);
    this.carried++;
    const { after, heard } = this.#nextCut();
    const up = forward(client, { to: server, atMost: Infinity }).finally(() => heard && this.#close(server));
    if (await forward(server, { to: client, atMost: after })) this.cuts++;
    this.#close(client);
    // A server that does not hear of it goes on sending to nobody, until another socket takes the application over.
    if (heard) this.#close(server);
    await up;
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#accepting;
  }
}

/** A connection, or none if the server is not there. */
async function connect(port: number): Promise<Deno.Conn | undefined> {
  try {
    return await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return undefined;
  }
}

/** Passes on what comes, to its end or so many bytes; tells whether it was these. */
async function forward(from: Deno.Conn, { to, atMost }: { to: Deno.Conn; atMost: number }): Promise<boolean> {
  const buffer = new Uint8Array(16_384);
  let left = atMost;
  try {
    for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
      const part = buffer.subarray(0, Math.min(length, left));
      for (let sent = 0; sent < part.length;) sent += await to.write(part.subarray(sent));
      left -= part.length;
      if (left === 0) return true;
    }
  } catch {
    // One of the two was closed: that is what this is for.
  }
  return false;
}
