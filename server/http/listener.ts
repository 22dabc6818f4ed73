/**
 * What listens at one address for as long as the server lives.
 *
 * A `Deno.serve` cannot do that alone: it stops listening altogether when there is no file descriptor for one more
 * connection, and it cannot change its certificate. So another one takes its place at the same port, after a failure as
 * soon as that succeeds, and for another certificate in the next turn of the loop, when the port is free. (Two at once
 * would need an unstable option and would both be asked.) Connections that are open when it fails stay. When the
 * certificate changes, answers under way and event streams go on to their end, WebSockets are told 1001 by Deno and
 * resume, idle connections are closed.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";

/** A certificate with its chain and its key, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Where to listen. */
export interface ListenAddress {
  readonly hostname: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** With it TLS is spoken. */
  readonly certificate?: Certificate | undefined;
}

/** What a listener needs. */
export interface ListenerOptions {
  /** Serves each request. */
  readonly handler: Deno.ServeHandler;
  /** Answers for a handler that has thrown. */
  readonly onError: (error: unknown) => Response;
  /** For the next try to listen. */
  readonly clock: Clock;
  /** Tells that it does not listen any more, and tries again. */
  readonly report: (error: unknown) => void;
}

/** One port that stays the same while its certificate changes. */
export interface Listener {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  /** Goes on with another certificate, which must be a good one. */
  renew(certificate: Certificate): void;
  /** Stops listening and cuts every connection, except what was still drained with a certificate from before. */
  close(): Promise<void>;
}

/** Between two tries to listen again. */
const RELISTEN_MS = 100;
/** Until the port of a server that is shutting down is free: the next turn of the loop. */
const HANDOVER_MS = 1;

/**
 * Begins to listen.
 *
 * @throws {Deno.errors.AddrInUse} If another process listens there; what else `Deno.listenTls` throws if it cannot
 * listen.
 */
export function listen(at: ListenAddress, { handler, onError, clock, report }: ListenerOptions): Listener {
  let { certificate } = at;
  let closed = false;
  let cancelRetry: (() => void) | undefined;
  /**
   * Cuts the connections of one `Deno.serve` each; of one that has failed too, for nothing else can: what was open when
   * it failed stays open.
   */
  const cuts = new Set<AbortController>();

  const serve = (hostname: string, port: number) => {
    const cut = new AbortController();
    const options = { hostname, port, signal: cut.signal, onListen: () => {}, onError };
    const server = Deno.serve(certificate === undefined ? options : { ...options, ...certificate }, handler);
    cuts.add(cut);
    server.finished.catch((error) => {
      if (closed || server !== current.server) return;
      report(error);
      listenAgain(RELISTEN_MS);
    });
    return { server, cut };
  };
  let current = serve(at.hostname, at.port);
  const address = current.server.addr;

  const listenAgain = (ms: number) => {
    cancelRetry?.();
    cancelRetry = clock.after(ms, () => {
      cancelRetry = undefined;
      if (closed) return;
      try {
        // By the name that it was given, which is what it is permitted to listen at.
        current = serve(at.hostname, address.port);
      } catch {
        listenAgain(RELISTEN_MS);
      }
    });
  };

  return {
    address,
    renew(next) {
      certificate = next;
      // Whoever is about to listen again will take it.
      if (closed || cancelRetry !== undefined) return;
      // Once it shuts down, its signal throws instead of cutting.
      cuts.delete(current.cut);
      current.server.shutdown().catch(report);
      listenAgain(HANDOVER_MS);
    },
    async close() {
      closed = true;
      cancelRetry?.();
      // Not `server.shutdown()`: it waits for clients that do not read.
      for (const cut of cuts) cut.abort();
      if (cuts.has(current.cut)) await current.server.finished.catch(() => {});
    },
  };
}
