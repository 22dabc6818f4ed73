import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { examineHistory } from "../../server/history/mod.ts";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, openIn, query, rowOf, temporaryFolder, verify } from "./support.ts";

const DESK = ["virtual:desk-1", "virtual", "a-1", "Réception", "t-1", "h-1"];
const ACCEPTED = rowOf("accepted", [5, "setLamp", ...DESK, null, '{"lamp":12}']);
const OLD = [
  [ACCEPTED, rowOf("fact", [7, "phoneConnected", null, null, null, "virtual", "virtual:desk-1"])],
  [rowOf("completed", [1, 6, null, "failed", -1879048164, null, "Besetzt", "sent"]), ACCEPTED],
  [rowOf("withdrawn", [1])],
];

Deno.test("a history of 0.1.0 goes on in format 2: its blocks stay, what it left open is lost, and the chain is one", async () => {
  using folder = temporaryFolder();
  await writeFormat1(folder.path, OLD);
  const before = query<object>(folder.path, "select * from block").map((row) => ({ ...row }));
  {
    await using opened = await openIn(folder.path);
    deepEqual([opened.recovered, opened.migrated.includes("0003_format_2")], [1, true]);
    const id = await opened.history.accept(acceptance());
    await opened.history.complete(completion(id, { tookUs: 1_500 }));
    const [newer, , older] = (await opened.reader.requests({}, { limit: 5 })).items;
    deepEqual([newer?.durationMs, older?.durationMs, older?.message], [1.5, undefined, "Besetzt"]);
  }
  const after = query<{ format: number; row_hashes: unknown; salts: unknown }>(
    folder.path,
    "select * from block order by number",
  );
  deepEqual(after.map(({ format }) => format), [1, 1, 1, 1, 2, 2]);
  deepEqual(after.slice(0, 4).map(({ row_hashes: _, salts: __, ...row }) => row), before);
  deepEqual(verify(folder.path), { ok: true, blocks: 6, records: 9 });
});

Deno.test("in a block of format 1 a change is found and the block is named, and what came with format 2 has no place there", async () => {
  using folder = temporaryFolder();
  await writeFormat1(folder.path, OLD);
  await (await openIn(folder.path))[Symbol.asyncDispose]();
  const bytes = Deno.readFileSync(`${folder.path}/history.db`);
  const found = (sql: string) => {
    using copy = temporaryFolder();
    Deno.writeFileSync(`${copy.path}/history.db`, bytes);
    {
      using database = new DatabaseSync(`${copy.path}/history.db`);
      for (const table of ["accepted", "completed", "block"]) database.exec(`drop trigger ${table}_is_never_changed`);
      database.exec(sql);
    }
    return verify(copy.path).firstBad;
  };
  const changed = found("update completed set message = 'Frei' where seq = 3");
  deepEqual([changed?.block, changed?.row], [2, undefined]);
  match(changed?.problem ?? "", /^its hash is /);
  deepEqual(found("update accepted set token_name = 'x' where seq = 1"), {
    block: 1,
    row: 1,
    problem: "row 1 is not the one that was written",
  });
  for (const slip of ["row_hashes = zeroblob(64)", "salts = x''"]) {
    deepEqual(found(`update block set ${slip} where number = 1`), {
      block: 1,
      problem: "it has what format 1 has not",
    });
  }
});

Deno.test("a history of 0.1.0 is checked as it lies there, before any start has migrated it", async () => {
  using folder = temporaryFolder();
  await writeFormat1(folder.path, OLD);
  deepEqual(verify(folder.path), { ok: true, blocks: 4, records: 6 });
  const { migrations, damage } = await examineHistory(`${folder.path}/history.db`, { thorough: true });
  equal(damage, undefined);
  ok(migrations.some(({ name, state }) => name === "0003_format_2" && state === "pending"));
});
