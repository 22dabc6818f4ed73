/**
 * A close whose reason the client learns.
 *
 * @module
 */

/** After so many turns of the loop in which nothing came, whatever had been sent has been read. */
const QUIET_TURNS = 10;
const MOST_TURNS = 200;

/**
 * Closes a socket once its client is quiet, or does not become so.
 *
 * The runtime breaks the connection off when anything but a close comes behind its own: a client that had sent more would learn of a broken connection and
 * never why. So what is on its way is read first, and forgotten.
 */
export async function closeQuietly(
  socket: WebSocket,
  { code, reason }: { readonly code: number; readonly reason: string },
): Promise<void> {
  let quiet = 0;
  socket.onmessage = () => quiet = 0;
  for (let turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; turns++, quiet++) {
    await new Promise((resolve) => setTimeout(resolve));
    if (socket.readyState !== WebSocket.OPEN) return;
  }
  socket.close(code, reason);
}
