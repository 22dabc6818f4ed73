/**
 * UDP sockets of the system.
 *
 * @module
 */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";

/**
 * Binds a socket to an address of this machine; port 0 is any. Rejects with what the system or Deno's permissions say
 * against it.
 */
export async function bindDatagrams(host: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4", lookup: literal });
  const bound = Promise.withResolvers<void>();
  socket.once("error", bound.reject);
  try {
    socket.bind({ address: host, port }, bound.resolve);
    await bound.promise;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.off("error", bound.reject);
  return socket;
}

/** How Node is told of an address. */
type Found = (...address: [error: null, address: string, family: number]) => void;

/**
 * Resolves an IP literal to itself, at once: a lookup that takes a turn makes Deno throw what `bind` is not permitted
 * where nobody can catch it.
 */
function literal(host: string, ...[, found]: [options: unknown, found: Found]): void {
  found(null, host, isIPv6(host) ? 6 : 4);
}
