/**
 * One TCP listener, the connections that it accepted, and those that we opened in its name.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { pause } from "../pause.ts";
import { sourceOf } from "./ip.ts";
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

/** Who has opened a connection: a peer, or we. */
type OpenedBy = "peer" | "us";

/** A connection with its place. */
interface Held {
  connection: TcpConnection;
  /** Takes it out, which makes room. */
  leave(): void;
}

/** A listener with its connections. */
export class TcpSocket {
  readonly transport = "tcp";
  /** Where it listens. */
  readonly local: LocalAddress;
  readonly #listener: Deno.TcpListener;
  readonly #options: TcpOptions;
  readonly #places: Readonly<Record<OpenedBy, Places>>;
  readonly #open = new Map<string, Held>();
  /** Those that are closing, too. */
  readonly #all = new Set<TcpConnection>();
  readonly #connecting = new Map<string, Promise<TcpConnection>>();
  readonly #closing = new AbortController();
  readonly #accepting: Promise<void>;

  /** @param listener Closed with this. */
  constructor(listener: Deno.TcpListener, options: TcpOptions) {
    const { hostname, port } = listener.addr;
    const { connections, connectionsOfOurs, connectionsPerAddress: mostPerSource } = options.limits;
    this.local = { host: hostname, port };
    this.#listener = listener;
    this.#options = options;
    this.#places = {
      peer: new Places({ most: connections, mostPerSource }),
      us: new Places({ most: connectionsOfOurs, mostPerSource }),
    };
    this.#accepting = this.#accept();
  }

  /** Sends a message through the connection of the peer, or a new one. Rejects with a {@linkcode TransportError}. */
  async send(bytes: Uint8Array, to: Peer): Promise<void> {
    const key = peerText(to);
    const connection = this.#open.get(key)?.connection ?? await (this.#connecting.get(key) ?? this.#connect(to));
    await connection.send(bytes);
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
        this.#hold(conn, { peer: { transport: "tcp", host, port, local: this.local }, openedBy: "peer" });
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
    const { limits: { connectMs }, clock } = this.#options;
    const giveUp = new AbortController();
    const stop = clock.after(connectMs, () => giveUp.abort(new Error(`no answer within ${connectMs} ms`)));
    const signal = AbortSignal.any([giveUp.signal, this.#closing.signal]);
    try {
      const conn = await Deno.connect({ hostname: to.host, port: to.port, signal });
      const peer: Peer = { transport: "tcp", host: to.host, port: to.port, local: this.local };
      const connection = this.#hold(conn, { peer, openedBy: "us" });
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
  #hold(conn: Deno.TcpConn, { peer, openedBy }: { peer: Peer; openedBy: OpenedBy }): TcpConnection | undefined {
    const giveBack = this.#closing.signal.aborted ? undefined : this.#takePlace(peer, openedBy);
    if (!giveBack) {
      conn.close();
      return undefined;
    }
    // A phone that lost its power does not even end its connection.
    conn.setKeepAlive(true);
    // A 200 behind a 180 would wait until that is acknowledged: 40 ms.
    conn.setNoDelay(true);
    const connection = new TcpConnection(conn, { ...this.#options, peer, ours: openedBy === "us" });
    const key = peerText(peer);
    this.#leave(this.#open.get(key));
    const held: Held = {
      connection,
      leave: () => {
        if (this.#open.get(key) !== held) return;
        this.#open.delete(key);
        giveBack();
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

  /** Whoever connects first could keep all others out: of those that are not kept the one that has been quiet longest makes room. */
  #takePlace({ host }: Peer, openedBy: OpenedBy): (() => void) | undefined {
    const places = this.#places[openedBy];
    const giveBack = places.take(host);
    if (giveBack || openedBy === "us") return giveBack;
    const source = sourceOf(host);
    const strangers = [...this.#open.values()].filter(({ connection }) => connection.isStranger);
    const ofSource = strangers.filter(({ connection }) => sourceOf(connection.peer.host) === source);
    this.#leave(quietest(ofSource) ?? (places.isFullFor(host) ? undefined : quietest(strangers)));
    return places.take(host);
  }

  #leave(held: Held | undefined): void {
    held?.leave();
    held?.connection.close();
  }
}

function quietest(held: readonly Held[]): Held | undefined {
  return held.toSorted((a, b) => a.connection.heardAt - b.connection.heardAt)[0];
}
