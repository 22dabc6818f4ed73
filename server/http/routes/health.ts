/**
 * Whether the server lives and can work, told without a token.
 *
 * @module
 */
import type { Hono } from "hono";
import { Alive, Readiness } from "../../core/contract/shapes/mod.ts";
import { json } from "../answering/answer.ts";
import type { Env } from "../caller/call_source.ts";
import type { Route } from "../openapi/operation.ts";
import type { AppPorts } from "./ports.ts";

/** What `/v1/openapi.json` says of them. */
export const HEALTH_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/healthz",
    scope: null,
    description: {
      id: "isAlive",
      tag: "health",
      summary: "Whether the server lives",
      answers: { 200: { description: "It does, whenever it can answer.", body: Alive } },
    },
  },
  {
    method: "GET",
    path: "/readyz",
    scope: null,
    description: {
      id: "isReady",
      tag: "health",
      summary: "Whether applications can work",
      description: "Names durability and what is degraded always, also when it is ready.",
      answers: {
        200: { description: "They can.", body: Readiness },
        503: { description: "They cannot, for the reasons given; or the server is stopping.", body: Readiness },
      },
    },
  },
];

/** Adds `/healthz`, which is well whenever it can answer, and `/readyz`. */
export function addHealthRoutes(app: Hono<Env>, { health }: Pick<AppPorts, "health">): void {
  app.get("/healthz", () => json({ status: "ok" }));
  app.get("/readyz", () => {
    const body = health();
    return json(body, { status: body.ready ? 200 : 503 });
  });
}
