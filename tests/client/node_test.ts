import { deepEqual } from "node:assert/strict";
import { HAS_NODE, installNode } from "../harness/node_22.ts";
import { startServer } from "../harness/start_server.ts";

Deno.test({
  name: "the client works in Node 22 as it does in Deno",
  ignore: !HAS_NODE,
  async fn() {
    const folder = await Deno.makeTempDir();
    const node = await installNode(folder);
    await using server = await startServer();
    const { url, token } = server;
    const program = new URL("node_program.ts", import.meta.url).pathname;
    deepEqual(JSON.parse(await node(program, url, token)), {
      runtime: "Node.js/22",
      outcome: "succeeded",
      rejected: ["NotSucceeded", "PHONEERR_INVALBUTTONLAMPID"],
      types: ["PHONE_STATE", "PHONE_REPLY"],
      lamp: { lamp: 20, mode: "flash" },
    });
    await Deno.remove(folder, { recursive: true });
  },
});
