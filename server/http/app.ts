/**
 * Every route of the server.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import type { AccessRefusals } from "./access_refusals.ts";
import { admit } from "./authentication.ts";
import type { Env } from "./call_source.ts";
import { type Call, handlerOf, refuse } from "./endpoint.ts";
import type { HttpPorts } from "./ports.ts";
import { Refusal } from "./refusal.ts";
import type { ReplyRelease } from "./reply_release.ts";
import { applicationEndpoints } from "./routes/applications.ts";
import { getterEndpoints } from "./routes/getters.ts";
import { handleEndpoints } from "./routes/handles.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { historyEndpoints } from "./routes/history.ts";
import { phoneEndpoints } from "./routes/phones.ts";
import { requestEndpoints } from "./routes/requests.ts";

/** What the routes need beyond the ports: what outlives a single call. */
export interface AppPorts extends HttpPorts {
  /** Counts calls without a valid token. */
  readonly refusals: AccessRefusals;
  /** Tells the core when answers have been handed out. */
  readonly replies: ReplyRelease;
}

/** Makes the Hono application. Its bindings are what `Deno.serve` tells of a call. */
export function createApp(ports: AppPorts): Hono<Env> {
  const app = new Hono<Env>();
  const endpoints = [
    applicationEndpoints(ports),
    phoneEndpoints(ports),
    handleEndpoints(ports),
    requestEndpoints(ports),
    getterEndpoints(ports),
    historyEndpoints(ports),
  ].flat();
  for (const endpoint of endpoints) app.on(endpoint.method, endpoint.path, handlerOf(endpoint, ports));
  addHealthRoutes(app, ports);
  app.notFound((context) => refuseUnrouted(context, { app, ports }));
  app.onError((error, context) => refuse(error, { context, call: undefined, ports, path: "unrouted" }));
  return app;
}

const METHODS = ["GET", "POST", "PUT", "DELETE"];

function refuseUnrouted(context: Context<Env>, { app, ports }: { app: Hono<Env>; ports: AppPorts }): Response {
  const { method, path } = context.req;
  let call: Call | undefined;
  try {
    if (path.startsWith("/v1/")) call = { context, token: admit(context, ports) };
    const allowed = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
    if (allowed.length === 0) throw new Refusal("not-found", "No route has that path");
    throw new Refusal("method-not-allowed", `${method} is not possible here; ${allowed.join(" or ")} is`, {
      headers: { allow: allowed.map((method) => method === "GET" ? "GET, HEAD" : method).join(", ") },
    });
  } catch (error) {
    return refuse(error, { context, call, ports, path: "unrouted" });
  }
}
