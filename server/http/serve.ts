/**
 * The listening server.
 *
 * `Deno.serve` has no deadline for a request's headers or body, nor for a TLS handshake, so a client may hold a
 * connection open by sending slowly: where strangers reach the server, a reverse proxy with such deadlines belongs in
 * front.
 *
 * @module
 */
import { INTERNAL_PROBLEM, problemOf, telephonyProblem } from "../api/mod.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { problemResponse } from "./answering/problem_response.ts";
import { createApp } from "./app.ts";
import { appPorts } from "./app_ports.ts";
import { ServedCall } from "./caller/call_source.ts";
import { trustedProxies } from "./caller/trusted_proxies.ts";
import { type Certificate, listen, type ListenAddress } from "./listener.ts";
import type { HttpPorts } from "./routes/ports.ts";

/** Where and how to serve. */
export interface ServeOptions extends ListenAddress {
  /** Addresses and networks of the proxies that may speak for their callers; none if left out. */
  readonly trustedProxies?: readonly string[];
}

/** A server that listens. */
export interface HttpServer {
  /** Where, such as `http://127.0.0.1:8274`. */
  readonly url: string;
  /** Where those on this machine reach a server that speaks TLS without it; undefined if `url` is not TLS. */
  readonly local: string | undefined;
  /** How many sockets are open. */
  sockets(): number;
  /**
   * Goes on with another certificate, which must be a good one: answers under way and event streams are not cut,
   * sockets may resume.
   */
  renew(certificate: Certificate): void;
  /**
   * Refuses what is new, lets answers that are on their way go out for `bounds.drainMs` at most, then closes every
   * connection. The core is stopped first: it completes requests and ends event streams, and what waits for them is
   * answered.
   */
  stop(): Promise<void>;
}

const STOPPING = telephonyProblem(
  new PhoneError("RESOURCEUNAVAIL", "The server is stopping; it can be asked again once it has been restarted"),
);

/**
 * Listens and serves.
 *
 * @throws {Deno.errors.AddrInUse} If another process listens there; what else Deno throws if it cannot listen or the
 * certificate is not a good one.
 */
export function serveHttp(ports: HttpPorts, options: ServeOptions): HttpServer {
  const own = appPorts(ports);
  const { sockets } = own;
  const app = createApp(own);
  const isTrusted = trustedProxies(options.trustedProxies ?? []);
  const drained = Promise.withResolvers<void>();
  let underWay = 0;
  let stopping = false;
  const answered = () => {
    underWay--;
    if (stopping && underWay === 0) drained.resolve();
  };

  const listenWith = (at: ListenAddress) =>
    listen(at, {
      handler(request, info) {
        underWay++;
        info.completed.then(answered, answered);
        if (stopping) return problemResponse(STOPPING);
        return app.fetch(request, new ServedCall(info, { overTls: at.certificate !== undefined, isTrusted }));
      },
      onError(error) {
        // A body that is broken off comes here too, and most often for a reason that is no fault of ours: its token was
        // revoked, its client does not read.
        const problem = problemOf(error);
        if (problem === undefined) ports.report(error, "Deno.serve");
        else ports.brokenOff(problem.detail);
        return problemResponse(problem ?? INTERNAL_PROBLEM);
      },
      clock: ports.clock,
      report: (error) => ports.report(error, "listening"),
    });

  const listener = listenWith(options);
  // A certificate names a public host and hardly ever 127.0.0.1: the command line on this machine could not trust it.
  const local = options.certificate && listenWith({ hostname: "127.0.0.1", port: 0 });

  return {
    url: urlOf(listener.address, options.certificate ? "https" : "http"),
    local: local && urlOf(local.address, "http"),
    sockets: () => sockets.size,
    renew: listener.renew,
    async stop() {
      stopping = true;
      const late = Promise.withResolvers<void>();
      const cancel = ports.clock.after(ports.bounds.drainMs, late.resolve);
      if (underWay === 0) drained.resolve();
      await Promise.race([Promise.all([drained.promise, sockets.stop()]), late.promise]);
      cancel();
      sockets.abandon();
      // `completed` tells of an answer that has been handed over; its bytes leave in the next turn of the loop.
      await new Promise((resolve) => setTimeout(resolve));
      await Promise.all([listener.close(), local?.close()]);
      own.flush();
    },
  };
}

function urlOf({ hostname, port }: Deno.NetAddr, scheme: string): string {
  return `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
