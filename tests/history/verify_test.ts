import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Verdict } from "../../server/core/contract/history.ts";
import { type Cell, COLUMNS, ROW_KINDS } from "../../server/history/chain/mod.ts";
import { ChainWalk, SLICE_ROWS, verifyChain } from "../../server/history/sqlite/verify.ts";
import { completeLost } from "../../server/history/sqlite/recovery.ts";
import { MOST_BEHIND } from "../../server/history/sqlite/stored_rows.ts";
import { openIn, openInThread, query, rowOf, temporaryFolder, verify } from "./support.ts";

const RUNS = 300;

/** Writes some blocks with every kind of row in them. */
async function someHistory(path: string): Promise<void> {
  using opened = await openInThread(path);
  const desk = ["virtual:desk-1", "virtual", "a-1", "Réception", "t-1", "h-1"];
  const accepted = (reference: string | null) =>
    rowOf("accepted", [5, "setLamp", ...desk, reference, '{"lamp":12}', "front desk"]);
  const completed = (request: number, cause: string | null) =>
    rowOf("completed", [request, 6, null, "failed", -1879048164, cause, null, "sent", 1_000]);
  const fact = (address: string | null) =>
    rowOf("fact", [7, "callRefused", null, null, address, null, null, null, -1, null, '{"n":1}']);
  opened.blocks.write([accepted(null), accepted("a"), fact("127.0.0.1")], { seal: true });
  opened.blocks.write([completed(1, "close"), fact(null)], { seal: true });
  opened.blocks.write([rowOf("withdrawn", [1]), accepted("b"), completed(2, null)], { seal: true });
  opened.blocks.write([completed(7, "deadline"), fact("::1"), rowOf("withdrawn", [2])], { seal: true });
  opened.database.raw.exec("pragma journal_mode = delete");
}

const BLOCK_COLUMNS = ["number", "first_seq", "last_seq", "at", "format", "lowest_open", "hash", "row_hashes", "salts"];

/** Everything that the chain covers, to the byte. */
function everything(database: DatabaseSync): string {
  const tables = [
    ...ROW_KINDS.map((kind) => [kind, ["seq", ...COLUMNS[kind]]] as const),
    ["block", BLOCK_COLUMNS] as const,
  ];
  return JSON.stringify(tables.map(([table, columns]) => {
    const exact = columns.map((column) => `typeof(${column}), hex(${column})`).join(", ");
    return database.prepare(`select ${exact} from ${table} order by 2`).all();
  }));
}

/** Does something to a copy of a database as somebody would who owns the file. */
function tampered(original: Uint8Array, tamper: (database: DatabaseSync) => void): Verdict & { changed: boolean } {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  Deno.writeFileSync(file, original);
  using database = new DatabaseSync(file);
  const before = everything(database);
  for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all()) {
    database.exec(`drop trigger ${name}`);
  }
  tamper(database);
  const verdict = verifyChain(database);
  // What is in no block shows nothing, and the verdict says so.
  const stands = verdict.ok && verdict.unsealed === undefined;
  return { ...verdict, ok: stands, changed: everything(database) !== before };
}

async function original(): Promise<Uint8Array> {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  deepEqual(verify(folder.path), { ok: true, blocks: 5, records: 12 });
  return Deno.readFileSync(`${folder.path}/history.db`);
}

Deno.test("a changed value in any column of any row is found", async () => {
  const bytes = await original();
  const columns = ROW_KINDS.flatMap((kind) =>
    ["seq", ...COLUMNS[kind]].map((column) => ({ table: kind as string, column }))
  ).concat(BLOCK_COLUMNS.map((column) => ({ table: "block", column })));
  const values = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom<Cell>("", "failed", 1, 2, 7, "sent\0", "a\0b", "::1 "),
  );
  fc.assert(
    fc.property(fc.record({ of: fc.constantFrom(...columns), nth: fc.nat(4), value: values }), ({ of, nth, value }) => {
      const { table, column } = of;
      const { ok: stands, changed } = tampered(bytes, (database) => {
        try {
          database.prepare(
            `update ${table} set ${column} = ? where rowid = (select rowid from ${table} limit 1 offset ?)`,
          ).run(value, nth);
        } catch {
          // STRICT, NOT NULL or UNIQUE did not let it happen.
        }
      });
      equal(stands, !changed);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a row that is deleted, added, or changes places with another is found", async () => {
  const bytes = await original();
  fc.assert(
    fc.property(
      fc.record({
        table: fc.constantFrom(...ROW_KINDS, "block"),
        one: fc.nat(4),
        two: fc.nat(4),
        how: fc.constantFrom("delete", "swap", "add"),
      }),
      ({ table, one, two, how }) => {
        const key = table === "block" ? "number" : "seq";
        const { ok: stands, changed } = tampered(bytes, (database) => {
          const keys = database.prepare(`select ${key} as key from ${table} order by ${key}`).all().map((row) =>
            Number(row.key)
          );
          const [a, b] = [keys[one % keys.length] ?? 0, keys[two % keys.length] ?? 0];
          if (how === "delete") database.exec(`delete from ${table} where ${key} = ${a}`);
          else if (how === "add" && table === "fact") {
            database.exec("insert into fact (seq, at, type) select max(seq) + 4, 1, 'serverStarted' from fact");
          } else if (how === "add") database.exec("insert into withdrawn (seq, request) values (-1, 99)");
          else if (a !== b && table !== "origin") {
            database.exec(`update ${table} set ${key} = -7 where ${key} = ${a}`);
            database.exec(`update ${table} set ${key} = ${a} where ${key} = ${b}`);
            database.exec(`update ${table} set ${key} = ${b} where ${key} = -7`);
          }
        });
        equal(stands, !changed);
      },
    ),
    { numRuns: RUNS },
  );
});

Deno.test("whichever bits of the file flip, the chain stands only if every row still reads the same", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/history.db`;
  const bytes = await original();
  Deno.writeFileSync(file, bytes);
  const read = () => {
    using database = new DatabaseSync(file, { readOnly: true });
    const verdict = verifyChain(database);
    try {
      return { ...verdict, rows: everything(database) };
    } catch {
      return { ...verdict, rows: undefined };
    }
  };
  const before = read();
  ok(before.ok);
  let found = 0;
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, bits) => {
      const changed = bytes.slice();
      changed[place] = (changed[place] ?? 0) ^ bits;
      Deno.writeFileSync(file, changed);
      const after = read();
      if (!after.ok) found++;
      else equal(after.rows, before.rows);
    }),
    { numRuns: RUNS * 3 },
  );
  ok(found > 0);
});

Deno.test("a verdict names the first wrong block and what is wrong in it", async () => {
  const bytes = await original();
  const problem = (sql: string) => tampered(bytes, (database) => database.exec(sql)).firstBad;
  const changed = (block: number, row: number) => ({
    block,
    row,
    problem: `row ${row} is not the one that was written`,
  });
  deepEqual(problem("update fact set address = '127.0.0.2' where seq = 3"), changed(1, 3));
  deepEqual(problem("update accepted set params = '{}' where seq = 2"), changed(1, 2));
  deepEqual(problem("update accepted set token_name = null where seq = 7"), changed(3, 7));
  deepEqual(problem("update completed set took_us = 2 where seq = 8"), changed(3, 8));
  deepEqual(problem("update block set salts = zeroblob(32) where number = 1"), changed(1, 1));
  deepEqual(problem("update block set salts = unhex(hex(salts) || hex(zeroblob(16))) where number = 3"), {
    block: 3,
    problem: "it has the salts of more rows than it covers",
  });
  deepEqual(problem("delete from completed where seq = 4"), { block: 2, row: 4, problem: "row 4 is missing" });
  deepEqual(problem("delete from block where number = 2"), { block: 2, problem: "the block is missing" });
  deepEqual(problem("insert into withdrawn (seq, request) values (13, 3)"), {
    block: 5,
    row: 13,
    problem: "row 13 (withdrawn) is covered by no block",
  });
  match(problem("update block set at = 1 where number = 2")?.problem ?? "", /^its hash is [0-9a-f]{64}; its rows /);
  deepEqual(problem("delete from block"), { block: 0, problem: "there is no block" });
  deepEqual(problem("update block set format = 3 where number = 1"), {
    block: 1,
    problem: "the block has format 3, which is not known",
  });
  deepEqual(problem("update block set format = 1 where number = 1"), {
    block: 1,
    problem: "it has what format 1 has not",
  });
  deepEqual(problem("update block set row_hashes = unhex(hex(row_hashes) || hex(hash)) where number = 1"), {
    block: 1,
    problem: "it has the hashes of more rows than it covers",
  });
});

Deno.test("history-format: a number that JavaScript does not hold is a fault of its row or block, and of no other", async () => {
  const bytes = await original();
  const [most, least] = ["9223372036854775807", "-9223372036854775808"];
  const problem = (sql: string) => tampered(bytes, (database) => database.exec(sql)).firstBad;
  const never = "a column holds what is never written there";
  for (const number of [most, least]) {
    for (const [row, sql] of [[7, "update accepted set at"], [8, "update completed set took_us"]] as const) {
      const found = problem(`${sql} = ${number} where seq = ${row}`);
      deepEqual([found?.block, found?.row], [3, row]);
    }
    for (const column of ["at", "last_seq", "lowest_open"]) {
      for (const block of [2, 4]) {
        const found = problem(`update block set ${column} = ${number} where number = ${block}`);
        deepEqual(found, { block, problem: never });
      }
    }
  }
  deepEqual(problem(`update fact set seq = ${most} where seq = 5`), { block: 2, row: 5, problem: "row 5 is missing" });
  deepEqual(problem(`update block set number = ${most} where number = 4`)?.block, 4);
  equal(problem(`insert into withdrawn (seq, request) values (${least}, 99)`)?.row, 0);
  equal(problem(`insert into withdrawn (seq, request) values (${most}, 99)`)?.block, 5);
});

Deno.test("history-format: one block that says that it covers everything has nobody read everything", async () => {
  using folder = temporaryFolder();
  const rows = MOST_BEHIND + 308;
  {
    using opened = await openInThread(folder.path);
    const { blocks, database: { raw } } = opened;
    const accepted = rowOf("accepted", [5, "setLamp", "v:1", "v", "a-1", "A", "t-1", "h-1", null, "{}"]);
    for (let count = 0; count < rows; count += 100) blocks.write(Array.from({ length: 100 }, () => accepted));
    blocks.seal();
    // A start completes all that is open in one block, and that is right.
    equal(completeLost(blocks, { now: () => 6 }), rows);
    deepEqual(verify(folder.path), { ok: true, blocks: blocks.head.block + 1, records: 2 * rows + 1 });
    raw.exec(
      `drop trigger block_is_never_changed; update block set first_seq = 0, last_seq = ${2 * rows}, format = 1,
        row_hashes = null, salts = null where number = 0`,
    );
  }
  const many = `it covers rows 0 to ${2 * rows}: no block covers as many`;
  deepEqual(verify(folder.path).firstBad, { block: 0, problem: many });
  await using opened = await openIn(folder.path);
  match(opened.damaged ?? "", /^block 0 is wrong: it covers rows 0 to \d+: no block covers as many$/);
  const { items } = await opened.reader.requests({}, { limit: 1 });
  equal(items.length, 1);
});

Deno.test("bytes that read as the text that was written, and are others, are found", async () => {
  using folder = temporaryFolder();
  using opened = await openInThread(folder.path);
  const fact = (address: string) => rowOf("fact", [1, "phoneConnected", null, null, address]);
  opened.blocks.write([fact("a\uFFFDb"), fact("Réception"), fact("\uFEFFx")], { seal: true });
  const { raw } = opened.database;
  ok(verifyChain(raw).ok);
  raw.exec("drop trigger fact_is_never_changed");
  const bytes = (seq: number) =>
    String(raw.prepare(`select hex(address) as a from fact where seq = ${seq}`).get()?.["a"]);
  for (const [seq, text] of [[1, "61ff62"], [1, "61efbfbd6200"], [2, "52c3a963657074696f6ee9"], [3, "78"]] as const) {
    const before = bytes(seq);
    raw.exec(`update fact set address = cast(x'${text}' as text) where seq = ${seq}`);
    equal(verifyChain(raw).firstBad?.block, 1, text);
    raw.exec(`update fact set address = cast(x'${before}' as text) where seq = ${seq}`);
    ok(verifyChain(raw).ok);
  }
});

Deno.test("rows that no block covers yet are counted, and are no fault: a killed server leaves them", async () => {
  const bytes = await original();
  const { ok: _, changed: __, ...verdict } = tampered(bytes, (database) => {
    database.exec("delete from block where number = 4");
  });
  deepEqual(verdict, { blocks: 4, records: 9, unsealed: 3 });
});

Deno.test("what was written reads back as the same rows, whatever its text is", async () => {
  using folder = temporaryFolder();
  using opened = await openInThread(folder.path);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.option(fc.string({ unit: "binary" }))), {
        minLength: 1,
        maxLength: 5,
      }),
      (texts) => {
        const rows = texts.map(([address, detail]) =>
          rowOf("fact", [1, `${address}\0${address}`, null, "\ud800", address, null, null, null, null, null, detail])
        );
        opened.blocks.write(rows, { seal: true });
        const { ok: stands, unsealed } = verifyChain(opened.database.raw);
        deepEqual([stands, unsealed], [true, undefined]);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a chain is judged the same in slices of any length", async () => {
  const bytes = await original();
  for (const sql of ["select 1", "delete from completed where seq = 4", "delete from block where number = 4"]) {
    tampered(bytes, (database) => {
      database.exec(sql);
      const whole = verifyChain(database);
      for (const rows of [1, 2, 3, 5]) {
        const walk = new ChainWalk(database);
        let verdict: Verdict | undefined;
        while (!verdict) verdict = walk.next(rows);
        deepEqual(verdict, whole);
      }
    });
  }
});

Deno.test("a checkpoint that was kept shows what the chain alone cannot: another history, other rows, a new end that was cut off", async () => {
  using folder = temporaryFolder();
  await someHistory(folder.path);
  using database = new DatabaseSync(`${folder.path}/history.db`);
  const [row] = database.prepare("select number, lower(hex(hash)) as hash from block where number = 3").all();
  const kept = { block: Number(row?.number), hash: String(row?.hash) };
  const historyId = String(database.prepare("select history_id from origin").get()?.history_id);
  ok(verifyChain(database, { kept: [kept, { ...kept, historyId }] }).ok);
  deepEqual(verifyChain(database, { kept: [{ ...kept, hash: "0".repeat(64) }] }).firstBad, {
    block: 3,
    problem:
      `its hash is ${kept.hash}; a checkpoint says ${"0".repeat(64)}: a block up to here was made anew, or that is ` +
      "no checkpoint of this history",
  });
  match(
    verifyChain(database, { kept: [kept, { block: 4, hash: "0".repeat(64) }] }).firstBad?.problem ?? "",
    /: a block behind block 3, which one proves, was made anew/,
  );
  deepEqual(verifyChain(database, { kept: [{ ...kept, historyId: "f".repeat(32) }] }).firstBad, {
    block: 0,
    problem: `the history is ${historyId}; a checkpoint is of the history ${"f".repeat(32)}`,
  });
  deepEqual(verifyChain(database, { kept: [{ ...kept, block: 9 }] }).firstBad, {
    block: 5,
    problem: "the block is missing: a checkpoint says that there was a block 9",
  });
});

Deno.test("a chain that is checked in two parts is found wrong wherever it is, in one of them", async () => {
  const bytes = await original();
  const hashes = new Map<number, string>();
  tampered(bytes, (database) => {
    for (const row of database.prepare("select number, lower(hex(hash)) as hash from block").all()) {
      hashes.set(Number(row["number"]), String(row["hash"]));
    }
  });
  const from = { block: 2, hash: hashes.get(2) ?? "" };
  for (const [seq, found] of [[3, 1], [10, 4]] as const) {
    tampered(bytes, (database) => {
      database.exec(`update fact set address = 'x' where seq = ${seq}`);
      const first = verifyChain(database, { kept: [from] });
      const second = verifyChain(database, { from, kept: [{ block: 1, hash: hashes.get(1) ?? "" }] });
      deepEqual([first.firstBad?.block, second.firstBad?.block], [found, found > 2 ? found : undefined]);
      deepEqual([second.from, second.ok], [2, found <= 2]);
    });
  }
  tampered(bytes, (database) => {
    deepEqual(verifyChain(database, { from, kept: [{ block: 1, hash: "0".repeat(64) }] }).firstBad?.block, 1);
    deepEqual(verifyChain(database, { from: { block: 4, hash: hashes.get(4) ?? "" } }), {
      ok: true,
      from: 4,
      blocks: 0,
      records: 0,
    });
  });
});

/** Rows in each block of a long history. */
const EACH = 8;

/** A slice and a half of rows, and the row of block 0, in a file without a log. */
async function longHistory(path: string): Promise<Uint8Array> {
  using opened = await openInThread(path);
  const fact = rowOf("fact", [7, "phoneConnected", null, null, null, "p", "p:1"]);
  for (let count = 0; count < SLICE_ROWS * 1.5; count += EACH) {
    opened.blocks.write(Array.from({ length: EACH }, () => fact), { seal: true });
  }
  opened.database.raw.exec("pragma journal_mode = delete");
  return Deno.readFileSync(`${path}/history.db`);
}

/** Overwrites one of the pages that hold a table's rows. */
function spoil(path: string, { bytes, table }: { bytes: Uint8Array; table: string }): void {
  const file = `${path}/history.db`;
  Deno.writeFileSync(file, bytes);
  const [page] = query<{ page: number }>(
    path,
    `select pageno as page from dbstat where name = '${table}' and pagetype = 'leaf' limit 1 offset 3`,
  );
  const spoilt = bytes.slice();
  spoilt.fill(0xff, ((page?.page ?? 0) - 1) * 4_096, (page?.page ?? 0) * 4_096);
  Deno.writeFileSync(file, spoilt);
}

Deno.test("a page that SQLite cannot read is told as damage, wherever it lies, and not as a row that somebody took away", async () => {
  using folder = temporaryFolder();
  const bytes = await longHistory(folder.path);
  for (const table of ["fact", "block"]) {
    spoil(folder.path, { bytes, table });
    const { ok: stands, firstBad } = verify(folder.path);
    equal(stands, false);
    equal(firstBad?.problem, "the file is damaged, SQLite cannot read it: database disk image is malformed");
  }
});

Deno.test("a check that meets a lock on its way says so, and no verdict", async () => {
  using folder = temporaryFolder();
  await longHistory(folder.path);
  const file = `${folder.path}/history.db`;
  using database = new DatabaseSync(file, { readOnly: true });
  database.exec("pragma busy_timeout = 1");
  const walk = new ChainWalk(database);
  equal(walk.next(SLICE_ROWS), undefined);
  {
    using somebody = new DatabaseSync(file);
    somebody.exec("begin exclusive");
    throws(() => walk.next(SLICE_ROWS), { message: "database is locked" });
  }
  deepEqual(walk.next(SLICE_ROWS), { ok: true, blocks: SLICE_ROWS * 1.5 / EACH + 1, records: SLICE_ROWS * 1.5 + 1 });
});

Deno.test("an end that lies behind a gap is not taken for the end", async () => {
  using folder = temporaryFolder();
  await longHistory(folder.path);
  using database = new DatabaseSync(`${folder.path}/history.db`);
  // Wider than what is read at once.
  database.exec("delete from block where number between 100 and 700");
  deepEqual(verifyChain(database).firstBad, { block: 100, problem: "the block is missing" });
  database.exec("delete from block where number > 700; delete from fact where seq between 793 and 5000");
  deepEqual(verifyChain(database).firstBad, {
    block: 100,
    row: 5001,
    problem: "row 5001 (fact) is covered by no block",
  });
});
