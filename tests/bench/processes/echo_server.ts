/**
 * What the server is measured against: the least that an HTTP server of this stack can do with the same body. Hono, zod, `Deno.serve`,
 * and the body goes back; or, because the server answers with a record, something as long as that.
 *
 * @module
 */
import { Hono } from "hono";
import { z } from "zod";

const Body = z.strictObject({
  operation: z.enum(["devSpecific", "setLamp"]),
  lamp: z.number(),
  mode: z.union([z.string(), z.number()]),
  reference: z.string().max(1_024),
});

const app = new Hono();
app.post("/echo", async (context) => context.json(Body.parse(await context.req.json())));
app.post("/padded/:padding", async (context) => {
  const padding = "x".repeat(Number(context.req.param("padding")));
  return context.json({ ...Body.parse(await context.req.json()), padding });
});

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
console.log(`listening on http://127.0.0.1:${server.addr.port}`);
