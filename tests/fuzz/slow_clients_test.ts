import { equal } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";

const CLIENTS = 200;
const ROUNDS = 20;
const encoder = new TextEncoder();

/** Beginnings that never come to an end: of a request line, of headers, of a body, of a chunk. */
const BEGINNINGS = [
  "GET /v1/ph",
  "GET /v1/phones HTTP/1.1\r\nHost: x\r\nX-Slow: ",
  "POST /v1/applications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{",
  "POST /v1/applications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{",
];

Deno.test(`${CLIENTS} clients that send a byte now and then keep nobody from being answered (SECURITY.md)`, async () => {
  await using server = await startServer();
  const call = api(server);
  const { hostname, port } = new URL(server.url);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => Deno.connect({ hostname, port: Number(port) })),
  );
  await Promise.all(
    clients.map((client, index) => client.write(encoder.encode(BEGINNINGS[index % BEGINNINGS.length]))),
  );
  for (let round = 0; round < ROUNDS; round++) {
    equal((await call("GET", "/v1/phones")).status, 200);
    await Promise.all(clients.map((client) => drip(client)));
  }
  for (const client of clients) client.close();
  equal((await call("GET", "/healthz")).status, 200);
  equal((await server.stop()).code, 0);
});

/** Sends a byte; one that has been refused meanwhile has nobody to send it to. */
async function drip(client: Deno.Conn): Promise<void> {
  try {
    await client.write(encoder.encode("a"));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}
