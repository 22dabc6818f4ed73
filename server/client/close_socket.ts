/** A socket ended before its first answer. */
export class SocketLost extends Error {
  /** The code that it was closed with. */
  readonly code: number;

  /** Makes the error of a close. */
  constructor(code: number, reason: string) {
    super(`The socket was closed with ${code} ${reason}`.trimEnd());
    this.name = "SocketLost";
    this.code = code;
  }
}

/** How long the other side may take to agree to a close, milliseconds. */
const CLOSE_MS = 1_000;

/** Closes a socket of which nothing is wanted any more, and waits a moment for the other side to agree. */
export function closeSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(over, CLOSE_MS);
    socket.onopen = socket.onmessage = socket.onerror = null;
    socket.onclose = over;
    if (socket.readyState === WebSocket.CLOSED) over();
    else socket.close();
  });
}
