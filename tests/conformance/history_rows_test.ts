import { deepEqual, ok, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startServer } from "../harness/start_server.ts";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { configuration } from "./support/shared_server.ts";

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const TABLES = ["origin", "accepted", "completed", "withdrawn", "fact", "block"];

type Rows = Record<string, unknown[]>;

/** Every row of the history, as the file has them. */
function rowsOf(data: string): Rows {
  using database = new DatabaseSync(`${data}/history.db`, { readOnly: true });
  const rows = (table: string) => database.prepare(`select * from ${table} order by rowid`).all();
  return Object.fromEntries(TABLES.map((table) => [table, rows(table)]));
}

Deno.test("invariant 8 whatever becomes of a request, and over a restart, no row of the history is changed, and none can be", async () => {
  const data = await Deno.makeTempDir();
  try {
    let before: Rows;
    await using first = await startServer({ data, config: configuration() });
    {
      await using bench = await makeBench(first);
      const application = await bench.application();
      const owner = await application.open(bench.phone);
      await bench.tell({ do: "plan", call: "setLamp", plans: [{}, { hold: true }] });
      await owner.perform(LAMP);
      const requestId = await owner.request(LAMP);
      await bench.until("setLamp", 2);
      before = rowsOf(data);
      await bench.tell({ do: "release", held: requestId, error: "INVALPHONESTATE" });
      await owner.close();
    }
    await first.stop();
    await using second = await startServer({ data, token: first.token, config: configuration() });
    const after = rowsOf(second.data);
    for (const table of TABLES) {
      const kept = before[table]!;
      deepEqual(after[table]!.slice(0, kept.length), kept, table);
      ok(kept.length > 0 || table === "withdrawn", table);
    }
    using database = new DatabaseSync(`${data}/history.db`, { timeout: 5_000 });
    for (const table of ["accepted", "completed", "fact", "block"]) {
      throws(() => database.exec(`update ${table} set at = 0`), /history rows are never changed/, table);
    }
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
