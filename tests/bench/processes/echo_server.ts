/**
 * What the server is measured against: the least that a server of this stack can do with the same messages.
 *
 * Over HTTP: Hono, zod, `Deno.serve`, and the body goes back; or, because the server answers with a record, something as long as that. Over a
 * WebSocket: JSON-RPC parsed and answered, at `/replies` with a PHONE_REPLY behind the answer, all as long as the server's.
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
app.get("/rpc", (context) => answerRpc(context.req.raw, { replies: false }));
app.get("/replies", (context) => answerRpc(context.req.raw, { replies: true }));

let requestId = 0;

function answerRpc(request: Request, { replies }: { replies: boolean }): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  const handle = crypto.randomUUID().slice(0, 22);
  let seq = 0;
  socket.onmessage = ({ data }) => {
    const { id, method, params } = JSON.parse(data);
    const result = method === "phoneOpen" ? { handle } : { requestId: ++requestId };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    if (!replies || params.reference === undefined) return;
    const reply = {
      seq: ++seq,
      type: "PHONE_REPLY",
      at: "2026-01-01T00:00:00.000Z",
      requestId,
      handle,
      result: 0,
      outcome: "succeeded",
      reference: params.reference,
    };
    socket.send(JSON.stringify({ jsonrpc: "2.0", method: "PHONE_REPLY", params: reply }));
  };
  return response;
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
console.log(`listening on http://127.0.0.1:${server.addr.port}`);
