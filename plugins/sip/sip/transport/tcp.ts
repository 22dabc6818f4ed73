/**
 * One TCP listener, the connections that it accepted, and those that we opened in its name.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { hostText, type LocalAddress, type Peer, peerText } from "./peer.ts";
import { Places } from "./places.ts";
import { TcpConnection } from "./tcp_connection.ts";
import { type Receiver, TransportError, type TransportLimits } from "./transports.ts";

/** How long to leave a listener alone that could not accept. */
const ACCEPT_AGAIN_MS = 100;

/** What a TCP listener is made of. */
export interface TcpOptions {
  host: string;
  port: number;
  limits: TransportLimits;
  receiver: Receiver;
  clock: Clock;
}

/** Listens. Throws a {@linkcode TransportError} if the address cannot be had. */
export function openTcp(options: TcpOptions): TcpSocket {
  const { host, port } = options;
  try {
    return new TcpSocket(Deno.listen({ hostname: host, port }), options);
  } catch (cause) {
    throw new TransportError(`Cannot listen at tcp ${hostText(host)}:${port}: ${String(cause)}`, { cause });
  }
}

/** A listener with its connections. */
export class TcpSocket {
  readonly transport = "tcp";
  /** Where it listens. */
  readonly local: LocalAddress;
  readonly #listener: Deno.TcpListener;
  readonly #options: TcpOptions;
  readonly #places: Places;
  readonly #open = new Map<string, TcpConnection>();
  readonly #connecting = new Map<string, Promise<TcpConnection>>();
  readonly #closing = new AbortController();
  readonly #accepting: Promise<void>;

  /** @param listener Closed with this. */
  constructor(listener: Deno.TcpListener, options: TcpOptions) {
    const { hostname, port } = listener.addr;
    const { connections, connectionsPerAddress } = options.limits;
    this.local = { host: hostname, port };
    this.#listener = listener;
    this.#options = options;
    this.#places = new Places({ most: connections, mostPerSource: connectionsPerAddress });
    this.#accepting = this.#accept();
  }

  /** Sends a message through the connection of the peer, or a new one. Rejects with a {@linkcode TransportError}. */
  async send(bytes: Uint8Array, to: Peer): Promise<void> {
    const key = peerText(to);
    const connection = this.#open.get(key) ?? await (this.#connecting.get(key) ?? this.#connect(to));
    await connection.send(bytes);
  }

  /** Closes the listener and every connection. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error("the socket was closed"));
    this.#listener.close();
    await Promise.allSettled([this.#accepting, ...this.#connecting.values()]);
    const connections = [...this.#open.values()];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map(({ closed }) => closed));
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const conn = await this.#listener.accept();
        const { hostname: host, port } = conn.remoteAddr;
        this.#hold(conn, { transport: "tcp", host, port, local: this.local });
      } catch {
        // Out of file descriptors, if it was not closed: at once it would only fail again.
        if (!signal.aborted) await pause(ACCEPT_AGAIN_MS, signal);
      }
    }
  }

  #connect(to: Peer): Promise<TcpConnection> {
    const key = peerText(to);
    const connecting = this.#dial(to).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, connecting);
    return connecting;
  }

  async #dial(to: Peer): Promise<TcpConnection> {
    const { limits: { connectMs }, clock } = this.#options;
    const giveUp = new AbortController();
    const stop = clock.after(connectMs, () => giveUp.abort(new Error(`no answer within ${connectMs} ms`)));
    const signal = AbortSignal.any([giveUp.signal, this.#closing.signal]);
    try {
      const conn = await Deno.connect({ hostname: to.host, port: to.port, signal });
      const connection = this.#hold(conn, { transport: "tcp", host: to.host, port: to.port, local: this.local });
      if (!connection) throw new Error("too many connections are open");
      return connection;
    } catch (cause) {
      const why = signal.aborted ? signal.reason : cause;
      throw new TransportError(`Cannot connect to ${peerText(to)}: ${String(why)}`, { cause });
    } finally {
      stop();
    }
  }

  /** Takes a connection among ours, or closes it if there is no room. */
  #hold(conn: Deno.TcpConn, peer: Peer): TcpConnection | undefined {
    const giveBack = this.#closing.signal.aborted ? undefined : this.#places.take(peer.host);
    if (!giveBack) {
      conn.close();
      return undefined;
    }
    // A phone that lost its power does not even end its connection.
    conn.setKeepAlive(true);
    // A 200 behind a 180 would wait until that is acknowledged: 40 ms.
    conn.setNoDelay(true);
    const connection = new TcpConnection(conn, { ...this.#options, peer });
    const key = peerText(peer);
    this.#open.get(key)?.close();
    this.#open.set(key, connection);
    connection.closed.then(() => {
      giveBack();
      if (this.#open.get(key) === connection) this.#open.delete(key);
    });
    return connection;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((over) => {
    const stop = systemClock.after(ms, over);
    signal.addEventListener("abort", () => (stop(), over()), { once: true });
  });
}
