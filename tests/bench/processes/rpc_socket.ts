/**
 * An application over a WebSocket, for a load: what comes while it is measured is looked at no more than it must be, since the load shares the
 * processors with what is measured.
 *
 * @module
 */

const ANSWER = `{"jsonrpc":"2.0","id":`;
const REPLY = `{"jsonrpc":"2.0","method":"PHONE_REPLY"`;
const REQUEST_ID = /"requestId":(\d+)/;

/** What a load hears of its requests. */
export interface RpcListener {
  /** The request with this call's number was accepted. */
  accepted(call: number): void;
  /** The request with this call's number has succeeded. */
  completed(call: number): void;
  /** Anything else: what is measured then is not what was to be measured. */
  fault(error: Error): void;
}

/** An open socket. */
export class RpcSocket {
  readonly #socket: WebSocket;
  #listener: RpcListener = {
    accepted() {},
    completed() {},
    fault(error) {
      throw error;
    },
  };
  /** The calls that made the requests which are not completed. */
  readonly #calls = new Map<string, number>();
  #answer: ((text: string) => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#listener.fault(new Error(`The socket was closed: ${code} ${reason}`));
  }

  /** Opens a socket, whoever's token it is. */
  static async open({ url, token }: { url: string; token: string }): Promise<RpcSocket> {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => {
        const { message = "" } = event as ErrorEvent;
        reject(new Error(`Cannot open a socket to ${url}: ${message}`));
      };
    });
    return new RpcSocket(socket);
  }

  /** Calls a method and waits for its answer; nothing else may be under way. @throws {Error} If it is refused. */
  async call(method: string, params: object): Promise<Record<string, unknown>> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#answer = resolve;
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id: 0, method, params }));
    const text = await promise;
    this.#answer = undefined;
    const { result } = JSON.parse(text);
    if (result === undefined) throw new Error(`${method} was refused: ${text}`);
    return result;
  }

  /** Tells `listener` from now on what becomes of requests. */
  listen(listener: RpcListener): void {
    this.#listener = listener;
  }

  /** Asks a request: `rest` is what follows the number of the call in its text. */
  ask(call: number, rest: string): void {
    this.#socket.send(ANSWER + call + rest);
  }

  #receive(text: string): void {
    if (text.startsWith(ANSWER)) {
      if (this.#answer) return this.#answer(text);
      const requestId = REQUEST_ID.exec(text)?.[1];
      if (requestId === undefined) return this.#listener.fault(new Error(`The request was refused: ${text}`));
      const call = Number.parseInt(text.slice(ANSWER.length, ANSWER.length + 16));
      this.#calls.set(requestId, call);
      this.#listener.accepted(call);
    } else if (text.startsWith(REPLY)) {
      const requestId = REQUEST_ID.exec(text)?.[1] ?? "";
      const call = this.#calls.get(requestId);
      if (call === undefined || !text.includes(`"outcome":"succeeded"`)) {
        return this.#listener.fault(new Error(`The reply does not fit: ${text}`));
      }
      this.#calls.delete(requestId);
      this.#listener.completed(call);
    }
  }
}
