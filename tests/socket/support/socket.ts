/**
 * A client of the socket that keeps every message as it came.
 *
 * @module
 */
import { soon } from "../../harness/soon.ts";

/** An answer or an event. */
export interface RpcMessage {
  jsonrpc?: string;
  id?: string | number | null;
  result?: unknown;
  error?: { code: number; message: string; data?: { code: string } };
  method?: string;
  params?: Record<string, unknown>;
}

/** A socket of a server under test. The end of its block closes it. */
export class TestSocket implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<{ code: number; reason: string }>();
  readonly #waiting: PromiseWithResolvers<RpcMessage | RpcMessage[]>[] = [];
  readonly #unread: (RpcMessage | RpcMessage[])[] = [];
  #lastId = 0;

  private constructor(url: string, headers: Record<string, string>) {
    this.#socket = new WebSocket(url, { headers });
    this.#socket.onopen = () => this.#opened.resolve();
    this.#socket.onerror = () => this.#opened.reject(new Error("The socket did not open"));
    this.#socket.onclose = ({ code, reason }) => {
      this.#closed.resolve({ code, reason });
      for (const { reject } of this.#waiting) reject(new Error(`The socket was closed with ${code} ${reason}`));
    };
    this.#socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const waiting = this.#waiting.shift();
      if (waiting) waiting.resolve(message);
      else this.#unread.push(message);
    };
  }

  /** Opens a socket; rejects if the server does not. */
  static async open(server: { url: string }, headers: Record<string, string>): Promise<TestSocket> {
    const socket = new TestSocket(`${server.url.replace(/^http/, "ws")}/v1/socket`, headers);
    await soon(socket.#opened.promise);
    return socket;
  }

  /** Resolves when the socket is closed, however. */
  get closed(): Promise<{ code: number; reason: string }> {
    return soon(this.#closed.promise);
  }

  /** Sends a text or bytes as they are. */
  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** Sends a call and gives its id. */
  send(method: string, params: unknown = {}): number {
    this.sendRaw(JSON.stringify({ jsonrpc: "2.0", id: ++this.#lastId, method, params }));
    return this.#lastId;
  }

  /** The next message, whatever it is; an array is a batch's answer. */
  next(): Promise<RpcMessage | RpcMessage[]> {
    const message = this.#unread.shift();
    if (message !== undefined) return Promise.resolve(message);
    const waiting = Promise.withResolvers<RpcMessage | RpcMessage[]>();
    this.#waiting.push(waiting);
    return soon(waiting.promise);
  }

  /** The next message, which is none of a batch. */
  async nextOne(): Promise<RpcMessage> {
    const message = await this.next();
    if (Array.isArray(message)) throw new Error(`A batch's answer came: ${JSON.stringify(message)}`);
    return message;
  }

  /** Calls a method and gives the next message, which must be its answer. */
  async call(method: string, params: unknown = {}): Promise<RpcMessage> {
    const id = this.send(method, params);
    const message = await this.nextOne();
    if (message.id !== id) {
      throw new Error(`The answer to ${method} was to come, but it was ${JSON.stringify(message)}`);
    }
    return message;
  }

  /** Calls a method that must succeed. */
  async ask(method: string, params: unknown = {}): Promise<Record<string, unknown>> {
    const { result, error } = await this.call(method, params);
    if (error) throw new Error(`${method} was refused: ${JSON.stringify(error)}`);
    return result as Record<string, unknown>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState < WebSocket.CLOSING) this.#socket.close();
    await this.closed;
  }
}
