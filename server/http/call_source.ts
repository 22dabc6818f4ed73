/**
 * How a call came in.
 *
 * @module
 */
import type { Context } from "hono";

/** What Hono carries beside a call: what `Deno.serve` tells of it. */
export interface Env {
  /** The second argument of a `Deno.serve` handler. */
  Bindings: Deno.ServeHandlerInfo;
}

/** The network address of the caller. */
export function addressOf(context: Context<Env>): string {
  const address = context.env.remoteAddr;
  return "hostname" in address ? address.hostname : address.transport;
}
