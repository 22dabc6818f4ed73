/**
 * One TCP listener, the connections that it accepted, and those that we opened in its name.
 *
 * @module
 */
import { type Clock, pause } from "../tools/mod.ts";
import { toEvict } from "./eviction.ts";
import { hostText, type LocalAddress, type Peer, peerText } from "./peer.ts";
import { Quota } from "./quota.ts";
import { TcpConnection } from "./tcp_connection.ts";
import { type Receiver, type SendOptions, type TransportBounds, TransportError } from "./transports.ts";

/** How long to leave a listener alone that could not accept. */
const ACCEPT_AGAIN_MS = 100;

/** What a TCP listener is made of. */
export interface TcpOptions {
  host: string;
  port: number;
  bounds: TransportBounds;
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

/** Who has opened a connection: a peer, or we. */
type OpenedBy = "peer" | "us";

/** A connection, and what it takes of its quota. */
interface Held {
  connection: TcpConnection;
  openedBy: OpenedBy;
  /** Takes it out, which gives that back. */
  leave(): void;
}

/** A listener with its connections. */
export class TcpSocket {
  readonly transport = "tcp";
  /** Where it listens. */
  readonly local: LocalAddress;
  readonly #listener: Deno.TcpListener;
  readonly #options: TcpOptions;
  readonly #quotas: Readonly<Record<OpenedBy, Quota>>;
  readonly #open = new Map<string, Held>();
  /** Those that are closing, too. */
  readonly #all = new Set<TcpConnection>();
  readonly #connecting = new Map<string, Promise<TcpConnection>>();
  readonly #closing = new AbortController();
  #accepting: Promise<void> | undefined;

  /** @param listener Closed with this. */
  constructor(listener: Deno.TcpListener, options: TcpOptions) {
    const { hostname, port } = listener.addr;
    const { bounds } = options;
    this.local = { host: hostname, port };
    this.#listener = listener;
    this.#options = options;
    this.#quotas = {
      peer: new Quota({ most: bounds.connections, mostPerSource: bounds.connectionsPerAddress }),
      us: new Quota({ most: bounds.connectionsOfOurs, mostPerSource: bounds.connectionsOfOursPerAddress }),
    };
  }

  /** Begins to accept connections; those that were made before wait in the system until then. */
  accept(): void {
    this.#accepting ??= this.#accept();
  }

  /** Sends a message through the connection of the peer, or a new one. Rejects with a {@linkcode TransportError}. */
  async send(bytes: Uint8Array, to: Peer, { dial = true }: SendOptions = {}): Promise<void> {
    const key = peerText(to);
    const connection = this.#open.get(key)?.connection;
    if (!connection && !dial) throw new TransportError(`Cannot send to ${key}: its connection is gone`);
    await (connection ?? await (this.#connecting.get(key) ?? this.#connect(to))).send(bytes);
  }

  /** As `Transports.keep`. */
  keep(peer: Peer): void {
    this.#open.get(peerText(peer))?.connection.keep();
  }

  /** Closes the listener and every connection. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error("the socket was closed"));
    this.#listener.close();
    await Promise.allSettled([this.#accepting, ...this.#connecting.values()]);
    const connections = [...this.#all];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map(({ closed }) => closed));
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const conn = await this.#listener.accept();
        const { hostname: host, port } = conn.remoteAddr;
        const release = this.#acquire(host, "peer");
        const peer: Peer = { transport: "tcp", host, port, local: this.local };
        if (release) this.#hold(conn, { peer, openedBy: "peer", release });
        else conn.close();
      } catch {
        // Out of file descriptors, if it was not closed: at once it would only fail again.
        if (!signal.aborted) await pause(ACCEPT_AGAIN_MS, { clock: this.#options.clock, signal });
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
    const { bounds: { connectMs }, clock } = this.#options;
    const giveUp = new AbortController();
    const stop = clock.after(connectMs, () => giveUp.abort(new Error(`no answer within ${connectMs} ms`)));
    const signal = AbortSignal.any([giveUp.signal, this.#closing.signal]);
    // Before it is open: else as many as are asked for at once would all be under way.
    const release = this.#acquire(to.host, "us");
    try {
      if (!release) throw new Error("too many connections are being opened");
      const conn = await Deno.connect({ hostname: to.host, port: to.port, signal });
      if (signal.aborted) {
        conn.close();
        throw signal.reason;
      }
      const peer: Peer = { transport: "tcp", host: to.host, port: to.port, local: this.local };
      return this.#hold(conn, { peer, openedBy: "us", release });
    } catch (cause) {
      release?.();
      const why = signal.aborted ? signal.reason : cause;
      throw new TransportError(`Cannot connect to ${peerText(to)}: ${String(why)}`, { cause });
    } finally {
      stop();
    }
  }

  /** Takes a connection for which there is quota. */
  #hold(
    conn: Deno.TcpConn,
    { peer, openedBy, release }: { peer: Peer; openedBy: OpenedBy; release(): void },
  ): TcpConnection {
    // A phone that lost its power does not even end its connection.
    conn.setKeepAlive(true);
    // A 200 behind a 180 would wait until that is acknowledged: 40 ms.
    conn.setNoDelay(true);
    const connection = new TcpConnection(conn, { ...this.#options, peer });
    const key = peerText(peer);
    this.#leave(this.#open.get(key));
    const held: Held = {
      connection,
      openedBy,
      leave: () => {
        if (this.#open.get(key) !== held) return;
        this.#open.delete(key);
        release();
      },
    };
    this.#open.set(key, held);
    this.#all.add(connection);
    connection.closed.then(() => {
      held.leave();
      this.#all.delete(connection);
    });
    return connection;
  }

  /**
   * Whoever connects first could keep all others out: where nothing is left of a quota, another connection is evicted.
   */
  #acquire(host: string, openedBy: OpenedBy): (() => void) | undefined {
    if (this.#closing.signal.aborted) return undefined;
    const quota = this.#quotas[openedBy];
    const release = quota.acquire(host);
    if (release) return release;
    const held = [...this.#open.values()].filter((each) => each.openedBy === openedBy);
    this.#leave(toEvict(held, { host, ofItsOwn: quota.isExhaustedBy(host) }));
    return quota.acquire(host);
  }

  #leave(held: Held | undefined): void {
    held?.leave();
    held?.connection.close();
  }
}
