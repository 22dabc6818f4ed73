import { equal, ok } from "node:assert/strict";
import type { Durability } from "../../server/history/mod.ts";
import { skipLoudly } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { watchFiles } from "./recording.ts";
import { whyNoStrace } from "./strace.ts";

const ignore = skipLoudly(await whyNoStrace(), "how often the history is synced");

const SEQUENTIAL = 20;
const CLIENTS = 64;

for (const durability of ["full", "normal"] as const) {
  Deno.test(`readyz names the durability that the writer's own connection has: ${durability} (api section 1)`, async () => {
    await using server = await startServer({ args: ["--safe"], config: { durability } });
    const response = await fetch(`${server.url}/readyz`);
    equal((await response.json()).durability, durability);
  });
}

Deno.test({
  name:
    "every request waits for two syncs of its own when it is alone, and shares them when it is not (invariants 1 and 2)",
  ignore,
  async fn() {
    const alone = await syncsOf("full", lightInSequence);
    ok(alone >= 2 * SEQUENTIAL, `${SEQUENTIAL} requests in sequence were synced ${alone} times`);
    const together = await syncsOf("full", lightAtOnce);
    ok(
      together > 0 && together < 2 * CLIENTS,
      `${2 * CLIENTS} rows of ${CLIENTS} requests at once took ${together} syncs`,
    );
  },
});

Deno.test({
  name: "with durability normal nothing waits for a sync: the count above would see one that is missing",
  ignore,
  async fn() {
    const alone = await syncsOf("normal", lightInSequence);
    ok(alone < SEQUENTIAL, `${SEQUENTIAL} requests in sequence were synced ${alone} times`);
  },
});

/** How often the history was synced while something was done. */
async function syncsOf(
  durability: Durability,
  act: (light: () => Promise<void>) => Promise<unknown>,
): Promise<number> {
  await using server = await startServer({ config: { durability } });
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "syncs" } });
  const phone = { phone: "virtual:desk-1", privilege: "owner" };
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, { body: phone });
  const { watching } = await watchFiles(server);
  await act(async () => {
    const { status } = await call("POST", `/v1/handles/${handle}/requests`, {
      body: { operation: "setLamp", lamp: 12, mode: "steady" },
      headers: { prefer: "wait=10" },
    });
    equal(status, 200);
  });
  await server.kill();
  return (await watching.calls()).filter(({ effect }) => effect === "sync").length;
}

async function lightInSequence(light: () => Promise<void>): Promise<void> {
  for (let request = 0; request < SEQUENTIAL; request++) await light();
}

function lightAtOnce(light: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: CLIENTS }, light));
}
