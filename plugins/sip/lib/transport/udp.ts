/**
 * One UDP socket.
 *
 * @module
 */
import type { RemoteInfo, Socket } from "node:dgram";
import { systemClock } from "../tools/mod.ts";
import { bindDatagrams } from "./datagrams.ts";
import { hostText, type LocalAddress, type Peer, peerText } from "./peer.ts";
import { type Receiver, type TransportBounds, TransportError } from "./transports.ts";

/**
 * How many datagrams go out before others get their turn to come in. Deno gives its socket no more than the system's
 * usual receive buffer (about 160 messages on Linux), and does not read while it sends: 200 requests at once would
 * drown in their own answers.
 */
const BURST = 16;
const BREATH_MS = 1;

/** Any datagram of four bytes or fewer is something that keeps a NAT open. */
const KEEP_ALIVE_BYTES = 4;

interface Waiting {
  bytes: Uint8Array;
  to: Peer;
  sent: PromiseWithResolvers<void>;
}

/** What a UDP socket is made of. */
export interface UdpOptions {
  host: string;
  port: number;
  bounds: Pick<TransportBounds, "mostBytes" | "waitingBytes">;
  receiver: Receiver;
}

/**
 * Binds a UDP socket.
 *
 * Rejects with a {@linkcode TransportError} if the address cannot be had.
 */
export async function openUdp({ host, port, bounds, receiver }: UdpOptions): Promise<UdpSocket> {
  const socket = await bindDatagrams(host, port).catch((cause) => {
    throw new TransportError(`Cannot listen at udp ${hostText(host)}:${port}: ${String(cause)}`, { cause });
  });
  return new UdpSocket(socket, { bounds, receiver });
}

/** A bound UDP socket. */
export class UdpSocket {
  readonly transport = "udp";
  /** Where it is bound. */
  readonly local: LocalAddress;
  readonly #socket: Socket;
  readonly #bounds: UdpOptions["bounds"];
  readonly #queue: Waiting[] = [];
  readonly #leaving = new Set<Promise<void>>();
  #waitingBytes = 0;
  #endBreath: (() => void) | undefined;
  #closed = false;

  /** @param socket A bound one; it is closed with this. */
  constructor(socket: Socket, { bounds, receiver }: Pick<UdpOptions, "bounds" | "receiver">) {
    const { address, port } = socket.address();
    this.local = { host: address, port };
    this.#socket = socket;
    this.#bounds = bounds;
    // Linux reports unreachable peers only to connected sockets; an error without a listener would end the process.
    socket.on("error", () => {});
    socket.on("message", (bytes: Uint8Array, { address: host, port }: RemoteInfo) => {
      if (bytes.length <= KEEP_ALIVE_BYTES || bytes.length > bounds.mostBytes || port === 0) return;
      receiver.onMessage(bytes, { transport: "udp", host, port, local: this.local });
    });
  }

  /** Sends a datagram. Rejects with a {@linkcode TransportError}. */
  send(bytes: Uint8Array, to: Peer): Promise<void> {
    if (this.#closed) return Promise.reject(new TransportError("Cannot send: the socket is closed"));
    if (this.#waitingBytes + bytes.length > this.#bounds.waitingBytes) {
      return Promise.reject(
        new TransportError(`Cannot send to ${peerText(to)}: ${this.#waitingBytes} bytes wait to go out already`),
      );
    }
    const sent = Promise.withResolvers<void>();
    this.#waitingBytes += bytes.length;
    this.#queue.push({ bytes, to, sent });
    if (!this.#endBreath) this.#flush();
    return sent.promise;
  }

  /** Closes the socket; what still waits is rejected. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#endBreath?.();
    for (const { sent } of this.#queue.splice(0)) sent.reject(new TransportError("Cannot send: the socket was closed"));
    // Deno never tells of a socket that is closed under a datagram on its way out, and does not send that.
    await Promise.allSettled(this.#leaving);
    await new Promise<void>((closed) => void this.#socket.close(closed));
  }

  #flush(): void {
    for (const { bytes, to, sent } of this.#queue.splice(0, BURST)) {
      this.#waitingBytes -= bytes.length;
      this.#leaving.add(sent.promise);
      this.#socket.send(bytes, to.port, to.host, (cause) => {
        this.#leaving.delete(sent.promise);
        if (cause) sent.reject(new TransportError(`Cannot send to ${peerText(to)}: ${whyNot(cause, to)}`, { cause }));
        else sent.resolve();
      });
    }
    this.#endBreath = systemClock.after(BREATH_MS, () => {
      this.#endBreath = undefined;
      if (this.#queue.length > 0) this.#flush();
    });
  }
}

/** Why a datagram did not go out; of what Deno does not permit, Node's error says `UNKNOWN`. */
function whyNot(cause: Error, { host, port }: Peer): string {
  const { state } = Deno.permissions.querySync({ name: "net", host: `${hostText(host)}:${port}` });
  return state === "granted" ? cause.message : '"net" access to that address is not granted';
}
