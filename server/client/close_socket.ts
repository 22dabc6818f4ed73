import { within } from "../tools/mod.ts";

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
export async function closeSocket(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.onopen = socket.onmessage = socket.onerror = null;
  socket.onclose = () => resolve();
  if (socket.readyState === WebSocket.CLOSED) return;
  socket.close();
  await within(promise, CLOSE_MS);
}
