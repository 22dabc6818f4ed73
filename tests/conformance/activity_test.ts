import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startServer } from "../harness/start_server.ts";
import { api } from "../harness/api.ts";
import { open } from "../http/support/access.ts";

const PIN = [4, 7, 1, 1];

Deno.test("R83 what a person presses is recorded of the phones that the configuration names, without the keys; of all others nothing is", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using server = await startServer({
      data,
      config: { data, activity: [{ phones: "virtual:desk-?", buttons: true, states: true }] },
    });
    const call = api(server);
    for (const phone of ["virtual:desk-1", "virtual:mini-1"]) {
      const { handle } = await open(call, { phone });
      for (const press of PIN) {
        const body = { operation: "devSpecific", params: btoa(JSON.stringify({ press })) };
        const { body: record } = await call("POST", `/v1/handles/${handle}/requests`, {
          body,
          headers: { prefer: "wait=10" },
        });
        ok(record["outcome"] !== undefined, JSON.stringify(record));
      }
    }
    await server.stop();
    using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
    const rows = database.prepare("select plugin, phone, detail from fact where type = 'phoneActivity'").all();
    ok(rows.length > 0);
    for (const { plugin, phone, detail } of rows) {
      deepEqual([plugin, phone], ["virtual", "virtual:desk-1"]);
      ok(!("keys" in JSON.parse(String(detail))), String(detail));
    }
    const buttons = rows.reduce((sum, { detail }) => sum + (JSON.parse(String(detail)).buttons ?? 0), 0);
    equal(buttons, 2 * PIN.length);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
