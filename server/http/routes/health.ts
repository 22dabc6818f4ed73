/**
 * Whether the server lives and can work, told without a token.
 *
 * @module
 */
import type { Hono } from "hono";
import { json } from "../answer.ts";
import type { Env } from "../call_source.ts";
import type { HttpPorts } from "../ports.ts";

/** Adds `/healthz`, which is well whenever it can answer, and `/readyz`. */
export function addHealthRoutes(app: Hono<Env>, { health }: HttpPorts): void {
  app.get("/healthz", () => json({ status: "ok" }));
  app.get("/readyz", () => {
    const body = health();
    return json(body, { status: body.ready ? 200 : 503 });
  });
}
