/**
 * The server's end of a WebSocket without a network: the test is the client.
 *
 * @module
 */

/** See the module. */
export class LooseSocket extends EventTarget implements WebSocket {
  readonly CONNECTING = WebSocket.CONNECTING;
  readonly OPEN = WebSocket.OPEN;
  readonly CLOSING = WebSocket.CLOSING;
  readonly CLOSED = WebSocket.CLOSED;
  readonly url = "";
  readonly protocol = "";
  readonly extensions = "";
  /** The client has read all. */
  readonly bufferedAmount = 0;
  binaryType: BinaryType = "arraybuffer";
  readyState: number = WebSocket.OPEN;
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onclose: WebSocket["onclose"] = null;
  onerror: WebSocket["onerror"] = null;
  /** How the server has closed it. */
  closedWith: number | undefined;
  /** Takes what the server sends. */
  onSent: (text: string) => void = () => {};

  /** What the server sends. */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    this.onSent(String(data));
  }

  /** What the client sends. */
  receive(data: string | ArrayBuffer): void {
    this.onmessage?.call(this, new MessageEvent("message", { data }));
  }

  close(code = 1005): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.closedWith = code;
    queueMicrotask(() => {
      const event = new CloseEvent("close", { code });
      this.onclose?.call(this, event);
      this.dispatchEvent(event);
    });
  }
}
