/**
 * The listening server.
 *
 * `Deno.serve` has no deadline for a request's headers or body, so a client may hold a connection open by sending slowly: on anything else than the
 * loopback interface a reverse proxy with such deadlines belongs in front.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import { accessRefusals } from "./access_refusals.ts";
import { createApp } from "./app.ts";
import type { HttpPorts } from "./ports.ts";
import { INTERNAL_PROBLEM, problemResponse, telephonyProblem } from "./problem.ts";
import { replyRelease } from "./reply_release.ts";

/** A server that listens. */
export interface HttpServer {
  /** Where, such as `http://127.0.0.1:8274`. */
  readonly url: string;
  /**
   * Refuses what is new, lets answers that are on their way go out for `limits.stopMs` at most, then closes every connection.
   * The core is stopped first: it completes requests and ends event streams, and what waits for them is answered.
   */
  stop(): Promise<void>;
}

const STOPPING = telephonyProblem(
  new PhoneError("RESOURCEUNAVAIL", "The server is stopping; it can be asked again once it has been restarted"),
);

/** Between two tries to listen again. */
const RELISTEN_MS = 100;

/**
 * Listens and serves.
 *
 * @param options.port 0 = any that is free.
 * @throws {Deno.errors.AddrInUse} If another process listens there.
 */
export function serveHttp(ports: HttpPorts, options: { hostname: string; port: number }): HttpServer {
  const refusals = accessRefusals(ports.clock, ports.note);
  const replies = replyRelease(ports.clock, ports.limits.answerMs);
  const app = createApp({ ...ports, refusals, replies });
  const cut = new AbortController();
  const drained = Promise.withResolvers<void>();
  let underWay = 0;
  let stopping = false;
  const answered = () => {
    underWay--;
    if (stopping && underWay === 0) drained.resolve();
  };

  const serve = (at: { hostname: string; port: number }) =>
    Deno.serve({
      ...at,
      signal: cut.signal,
      onListen: () => {},
      onError: (error) => {
        ports.report(error, "Deno.serve");
        return problemResponse(INTERNAL_PROBLEM);
      },
    }, (request, info) => {
      underWay++;
      info.completed.then(answered, answered);
      return stopping ? problemResponse(STOPPING) : app.fetch(request, info);
    });

  let server = serve(options);
  const { addr } = server;
  // Without a file descriptor for one more connection `Deno.serve` stops listening altogether; when some are free again, it can go on.
  const goOn = () => {
    server.finished.catch((error) => {
      if (stopping) return;
      ports.report(error, "listening");
      const again = () => {
        if (stopping) return;
        try {
          server = serve({ hostname: addr.hostname, port: addr.port });
          goOn();
        } catch {
          ports.clock.after(RELISTEN_MS, again);
        }
      };
      ports.clock.after(RELISTEN_MS, again);
    });
  };
  goOn();

  return {
    url: urlOf(addr),
    async stop() {
      stopping = true;
      const cancel = ports.clock.after(ports.limits.stopMs, drained.resolve);
      if (underWay === 0) drained.resolve();
      await drained.promise;
      cancel();
      // `completed` tells of an answer that has been handed over; its bytes leave in the next turn of the loop.
      await new Promise((resolve) => setTimeout(resolve));
      // Not `server.shutdown()`: it waits for clients that do not read, and once it waits the signal throws instead of cutting them off.
      cut.abort();
      await server.finished.catch(() => {});
      replies.flush();
      refusals.flush();
    },
  };
}

function urlOf({ hostname, port }: Deno.NetAddr): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
