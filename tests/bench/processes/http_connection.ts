/**
 * The cheapest HTTP client that is still right for our servers: it shares the processors with what is measured, so that every microsecond
 * of it is missing there. It sends bytes that were made before, and of an answer looks at the status line and Content-Length only.
 *
 * @module
 */

const READ_BYTES = 16_384;
const STATUS = /^HTTP\/1\.1 (\d{3}) /;
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** One connection that is kept; one call at a time. */
export class HttpConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  readonly #decoder = new TextDecoder();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. */
  static async open(address: { hostname: string; port: number }): Promise<HttpConnection> {
    const connection = await Deno.connect(address);
    connection.setNoDelay();
    return new HttpConnection(connection);
  }

  /**
   * Sends a whole request and reads the whole answer.
   *
   * @throws {Error} If the status is not the expected one, or the answer has no Content-Length; the message holds what came.
   */
  async call(request: Uint8Array, expected: string): Promise<void> {
    for (let sent = 0; sent < request.length;) sent += await this.#connection.write(request.subarray(sent));
    const { text, read } = await this.#head();
    if (STATUS.exec(text)?.[1] !== expected) throw new Error(`The answer is not ${expected}: ${text}`);
    const length = LENGTH.exec(text)?.[1];
    if (length === undefined) throw new Error(`The answer has no Content-Length: ${text}`);
    // The head is ASCII, so that where it ends in the text is where it ends in the bytes.
    let missing = text.indexOf("\r\n\r\n") + 4 + Number(length) - read;
    while (missing > 0) missing -= await this.#read(0);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** Reads until the head is whole; what has come of the body is with it. */
  async #head(): Promise<{ text: string; read: number }> {
    let read = 0;
    while (true) {
      read += await this.#read(read);
      const text = this.#decoder.decode(this.#buffer.subarray(0, read));
      if (text.includes("\r\n\r\n")) return { text, read };
    }
  }

  async #read(offset: number): Promise<number> {
    const read = await this.#connection.read(this.#buffer.subarray(offset));
    if (read === null) throw new Error("The server closed the connection before its answer was whole");
    return read;
  }
}
