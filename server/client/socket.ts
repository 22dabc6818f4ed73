/**
 * One socket of a line: its first call, and its end.
 *
 * @module
 */
import type { Shape } from "../core/contract/shape.ts";
import { within } from "../tools/mod.ts";
import { checked, readMessage, refusalOf } from "./answers.ts";

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

/** How long the first answer of a socket may take: a resume waits for what the lost socket has begun. */
const INTRODUCTION_MS = 30_000;
/** How long the other side may take to agree to a close, milliseconds. */
const CLOSE_MS = 1_000;

/** A call as it is sent. */
export function textOf(id: number, { method, params }: { method: string; params: object }): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

/**
 * Makes the first call on a socket. Events may follow its answer in the same turn, so `onAnswer` is called before they
 * come: from then on the socket is its own to hear.
 */
export function introduce<Answer>(
  socket: WebSocket,
  { method, params, shape, onAnswer }: {
    method: string;
    params: object;
    shape: Shape<Answer>;
    onAnswer: (answer: Answer) => void;
  },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const what = `The answer to ${method}`;
  const late = setTimeout(() => reject(new SocketLost(1006, "the server did not answer")), INTRODUCTION_MS);
  socket.onmessage = ({ data }) => {
    try {
      const { error, result } = readMessage(data);
      if (error !== undefined) throw refusalOf(error, what);
      onAnswer(checked(result, shape, { what }));
      resolve();
    } catch (error) {
      socket.onmessage = null;
      reject(error);
    }
  };
  socket.onclose = ({ code, reason }) => reject(new SocketLost(code, reason));
  socket.onerror = () => {};
  socket.send(textOf(0, { method, params }));
  return promise.finally(() => clearTimeout(late));
}

/** Closes a socket of which nothing is wanted any more, and waits a moment for the other side to agree. */
export async function closeSocket(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.onopen = socket.onmessage = socket.onerror = null;
  socket.onclose = () => resolve();
  if (socket.readyState === WebSocket.CLOSED) return;
  socket.close();
  await within(promise, CLOSE_MS);
}
