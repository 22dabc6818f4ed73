import { equal, match, ok } from "node:assert/strict";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import { z } from "zod";
import { api } from "../harness/api.ts";
import { spawnServer } from "./operator.ts";
import { temporaryFolder } from "./temporary.ts";

const DESCRIPTORS = 256;
/** A guard against hanging, never a measure. */
const PATIENCE_MS = 20_000;

/** How a connection ends that a server without descriptors drops: before it stands, or (`NotConnected`) before the runtime has asked it for its addresses. */
const TURNED_AWAY = [Deno.errors.ConnectionRefused, Deno.errors.ConnectionReset, Deno.errors.NotConnected];

const ServerFile = z.object({ url: z.url() });

/** Tries again until it works. */
function eventually<Value>(attempt: () => Promise<Value>): Promise<Value> {
  const options = { minTimeout: 20, maxTimeout: 50, jitter: 0, maxAttempts: PATIENCE_MS / 50 };
  return retry(attempt, options);
}

/** Connections that say nothing, more than the server has descriptors for; fewer if it turns one away before, as it does when it has run out. */
async function connectIdly({ hostname, port }: URL): Promise<{ connections: Deno.TcpConn[]; refused: boolean }> {
  const connections: Deno.TcpConn[] = [];
  while (connections.length < DESCRIPTORS + 50) {
    try {
      connections.push(await Deno.connect({ hostname, port: Number(port) }));
    } catch (error) {
      if (TURNED_AWAY.some((kind) => error instanceof kind)) return { connections, refused: true };
      throw error;
    }
  }
  return { connections, refused: false };
}

Deno.test("more idle connections than the server has descriptors do not end it, and when they are closed it serves again", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const token = crypto.randomUUID() + crypto.randomUUID();
  const server = await spawnServer(["--data", data, "--listen", "localhost:0", "--safe"], {
    token,
    under: ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh"],
  });
  try {
    const { url } = await eventually(async () =>
      ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`)))
    );
    const phones = () => api({ url, token })("GET", "/v1/phones");
    equal((await phones()).status, 200);

    const { connections, refused } = await connectIdly(new URL(url));
    ok(connections.length > DESCRIPTORS / 2, `${connections.length} connections`);
    const dropped = connections.map((connection) => connection.read(new Uint8Array(1)).catch(() => null));
    // What it took in before it ran out stays; what still waited to be taken in is dropped then.
    if (!refused) await deadline(Promise.race(dropped), PATIENCE_MS);
    for (const connection of connections) connection.close();
    await Promise.all(dropped);

    equal(await eventually(async () => (await phones()).status), 200);
  } finally {
    server.kill();
  }
  const { signal, stderr } = await server.ended;
  equal(signal, "SIGKILL", `it ended by itself: ${stderr}`);
  match(stderr, /Too many open files/);
});
