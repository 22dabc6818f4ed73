/**
 * Every route of the server.
 *
 * @module
 */
import { type Context, type Handler, Hono } from "hono";
import { getPath } from "hono/utils/url";
import { Refusal } from "../api/mod.ts";
import { quoted } from "../core/contract/quoted.ts";
import { HttpRefusal } from "./answering/problem_response.ts";
import type { Env } from "./caller/call_source.ts";
import { applicationEndpoints } from "./routes/applications.ts";
import { auditEndpoints } from "./routes/audit.ts";
import { documentEndpoints } from "./routes/documents.ts";
import { admit, type Call, type Endpoint, handlerOf, refuse } from "./routes/endpoint.ts";
import { getterEndpoints } from "./routes/getters.ts";
import { handleEndpoints } from "./routes/handles.ts";
import { addHealthRoutes, HEALTH_ROUTES } from "./routes/health.ts";
import { historyEndpoints } from "./routes/history.ts";
import { loginEndpoints } from "./routes/login.ts";
import { metricsEndpoints } from "./routes/metrics.ts";
import { phoneEndpoints } from "./routes/phones.ts";
import { pluginEndpoints } from "./routes/plugins.ts";
import type { AppPorts } from "./routes/ports.ts";
import { requestEndpoints } from "./routes/requests.ts";
import { socketEndpoints } from "./routes/socket.ts";
import { tokenEndpoints } from "./routes/tokens.ts";

/** Makes the Hono application. Its bindings are what `Deno.serve` tells of a call. */
export function createApp(ports: AppPorts): Hono<Env> {
  // What a CONNECT asks for is no path, and Hono's router fails where there is none.
  const app = new Hono<Env>({ getPath: (request) => getPath(request) || "/" });
  const endpoints: Endpoint[] = [
    applicationEndpoints(ports),
    phoneEndpoints(ports),
    handleEndpoints(ports),
    requestEndpoints(ports),
    getterEndpoints(ports),
    historyEndpoints(ports),
    auditEndpoints(ports),
    pluginEndpoints(ports),
    tokenEndpoints(ports),
    loginEndpoints(ports),
    socketEndpoints(ports),
    metricsEndpoints(ports),
    documentEndpoints(() => [...endpoints, ...HEALTH_ROUTES]),
  ].flat();
  for (const endpoint of endpoints) {
    app.on(endpoint.method, endpoint.path, counted(handlerOf(endpoint, ports), { endpoint, ports }));
  }
  addHealthRoutes(app, ports);
  app.notFound((context) => {
    const response = refuseUnrouted(context, { app, ports });
    const { method } = context.req;
    ports.answered({ method: METHODS.includes(method) ? method : "other", route: "unrouted", status: response.status });
    return response;
  });
  app.onError((error, context) => refuse(error, { context, call: undefined, ports, path: "unrouted" }));
  return app;
}

/** A route's handler that tells of each of its answers. */
function counted(
  handler: Handler<Env>,
  { endpoint: { method, path }, ports }: { endpoint: Endpoint; ports: AppPorts },
): Handler<Env> {
  return async (context, next) => {
    const response: Response = await handler(context, next);
    ports.answered({ method, route: path, status: response.status });
    return response;
  };
}

const METHODS = ["GET", "POST", "PUT", "DELETE"];

function refuseUnrouted(context: Context<Env>, { app, ports }: { app: Hono<Env>; ports: AppPorts }): Response {
  const { method, path } = context.req;
  let call: Call | undefined;
  try {
    if (path.startsWith("/v1/")) call = { context, token: admit(context, ports) };
    const allowed = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
    if (allowed.length === 0) throw new Refusal("not-found", "No route has that path");
    throw new HttpRefusal("method-not-allowed", `${quoted(method)} is not possible here; ${allowed.join(" or ")} is`, {
      headers: { allow: allowed.map((method) => method === "GET" ? "GET, HEAD" : method).join(", ") },
    });
  } catch (error) {
    return refuse(error, { context, call, ports, path: "unrouted" });
  }
}
