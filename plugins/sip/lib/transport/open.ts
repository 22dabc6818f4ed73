/**
 * All sockets of an endpoint as one.
 *
 * @module
 */
import { isIP } from "node:net";
import { systemClock } from "../tools/mod.ts";
import { addressBytes, sharedBits } from "./ip.ts";
import { type LocalAddress, type Peer, peerText } from "./peer.ts";
import { openTcp, type TcpSocket } from "./tcp.ts";
import { type OpenTransports, type Receiver, TransportError, type TransportOptions } from "./transports.ts";
import { openUdp, type UdpSocket } from "./udp.ts";

type AnySocket = UdpSocket | TcpSocket;

/**
 * Opens a socket for each address and transport. Nothing is received before they are started.
 *
 * Rejects with a {@linkcode TransportError} if one of them cannot be had, and leaves none open then.
 */
export async function openTransports(options: TransportOptions): Promise<OpenTransports> {
  const { listen, transports, bounds, clock = systemClock } = options;
  const sockets: AnySocket[] = [];
  let user: Receiver | undefined;
  const receiver: Receiver = {
    // Who sent a datagram too early will send it again.
    onMessage: (bytes, from) => user?.onMessage(bytes, from),
    onMalformed: (fault, from) => user?.onMalformed?.(fault, from),
    onClosed: (peer) => user?.onClosed?.(peer),
  };
  try {
    for (const { host } of listen) requireAddress(host);
    if (transports.includes("udp")) {
      for (const address of listen) sockets.push(await openUdp({ ...address, bounds, receiver }));
    }
    if (transports.includes("tcp")) {
      for (const address of listen) sockets.push(openTcp({ ...address, bounds, receiver, clock }));
    }
  } catch (error) {
    await closeAll(sockets);
    throw error;
  }
  return {
    start(given) {
      user = given;
      // Over TCP nobody would send it again: connections are accepted only now.
      for (const socket of sockets) if (socket.transport === "tcp") socket.accept();
    },
    // Asynchronous, so that what has no socket is a rejection, too.
    send: async (bytes, to, options) => await socketFor(sockets, to).send(bytes, to, options),
    local: (to) => socketFor(sockets, to).local,
    keep(peer) {
      for (const socket of sockets) if (socket.transport === "tcp") socket.keep(peer);
    },
    close: () => closeAll(sockets),
  };
}

/** Via and Contact must name an address that phones can reach: a wildcard is none. */
function requireAddress(host: string): void {
  if (isIP(host) !== 0 && addressBytes(host).some((byte) => byte !== 0)) return;
  throw new TransportError(
    `Cannot listen at ${
      JSON.stringify(host)
    }: it must be an IP address of this machine, such as 192.168.4.2, that phones can reach`,
  );
}

/** The socket that heard a peer; else the one whose address shares most with the peer's. */
function socketFor(sockets: readonly AnySocket[], to: Peer): AnySocket {
  const [nearest] = sockets
    .filter(({ transport, local }) => transport === to.transport && isIP(local.host) === isIP(to.host))
    .map((socket) => ({ socket, nearness: nearness(socket.local, to) }))
    .sort((a, b) => b.nearness - a.nearness);
  if (!nearest) throw new TransportError(`Cannot reach ${peerText(to)}: no socket of ours is of its kind`);
  return nearest.socket;
}

function nearness(ours: LocalAddress, { host, local }: Peer): number {
  if (local?.host === ours.host && local.port === ours.port) return Infinity;
  return sharedBits(ours.host, host);
}

async function closeAll(sockets: readonly AnySocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()));
}
