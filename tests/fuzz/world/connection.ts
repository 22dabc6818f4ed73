/**
 * A connection to a server, byte by byte: what it is sent need not be HTTP, and what it answers is read as HTTP/1.1.
 *
 * @module
 */
import { joined } from "../inputs/bytes.ts";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for a stream, which is not read. */
  readonly text: string | undefined;
}

const READ_BYTES = 65_536;
const HEAD_END = [13, 10, 13, 10];

/** Says that the server has closed the connection. */
export class Closed extends Error {
  override readonly name = "Closed";
}

/** See the module. */
export class Connection implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  /** What has come and was not read yet. */
  #rest: Uint8Array = new Uint8Array();

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Connects to `http://HOST:PORT`. */
  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Connection(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Sends bytes. A server that has said no may close the connection meanwhile, which is told by what is read. */
  async send(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#socket.write(bytes.subarray(sent));
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }

  /** Tells the server that nothing more is sent. */
  async sendNoMore(): Promise<void> {
    try {
      await this.#socket.closeWrite();
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }

  /**
   * Reads the next answer, those that only announce it passed over.
   *
   * @param options.head Whether it has no body because its call asked for none.
   * @throws {Closed} If the connection ends first.
   */
  async answer({ head }: { head: boolean }): Promise<RawAnswer> {
    for (;;) {
      const [first = "", ...fields] = await this.#head();
      const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1]);
      if (!Number.isInteger(status)) throw new Error(`The answer begins with ${JSON.stringify(first.slice(0, 100))}`);
      const headers = new Headers(fields.map((field): [string, string] => {
        const colon = field.indexOf(":");
        return [field.slice(0, colon), field.slice(colon + 1).trim()];
      }));
      if (status >= 100 && status < 200 && status !== 101) continue;
      const none = head || status === 204 || status === 304 || status === 101;
      return { status, headers, text: none ? "" : await this.#body(headers) };
    }
  }

  /** Reads everything until the server closes the connection. */
  async untilClosed(): Promise<string> {
    try {
      for (;;) await this.#more();
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
      return text(this.#rest);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #body(headers: Headers): Promise<string | undefined> {
    // A stream: events have no end to wait for, an export is as long as the history, and so is a check of it.
    if (headers.get("transfer-encoding") === "chunked") return undefined;
    const length = headers.get("content-length");
    return length === null ? await this.untilClosed() : text(await this.#take(Number(length)));
  }

  /** The lines of a head, the empty one behind them passed over. */
  async #head(): Promise<string[]> {
    for (let from = 0;;) {
      const at = this.#rest.findIndex((_, at) =>
        at >= from && HEAD_END.every((byte, i) => this.#rest[at + i] === byte)
      );
      if (at >= 0) return text(await this.#take(at + HEAD_END.length)).slice(0, -HEAD_END.length).split("\r\n");
      from = Math.max(0, this.#rest.length - HEAD_END.length + 1);
      await this.#more();
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) await this.#more();
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  async #more(): Promise<void> {
    let count: number | null;
    try {
      count = await this.#socket.read(this.#buffer);
    } catch (error) {
      if (!isCut(error)) throw error;
      count = null;
    }
    if (count === null) throw new Closed("The server has closed the connection");
    this.#rest = joined([this.#rest, this.#buffer.subarray(0, count)]);
  }
}

function isCut(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionAborted;
}

const decoder = new TextDecoder();
const text = (bytes: Uint8Array) => decoder.decode(bytes);
