import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { DamagedEvent, HistoryEvent } from "../../server/core/contract/facts.ts";
import type { Damage, DamagedRecord, RequestRecord } from "../../server/core/contract/record.ts";
import type { OpenHistory } from "../../server/history/mod.ts";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, openIn, pieces, rowOf, someFact, temporaryFolder } from "./support.ts";

/** Blocks are sealed when a test says so, and not by the second. */
const QUIET = { bounds: { lookMs: 3_600_000 } };

/** Changes the file as somebody would who owns it; the server may be writing that damage was found. */
function tamper(path: string, sql: string): void {
  using database = new DatabaseSync(`${path}/history.db`, { timeout: 30_000 });
  for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all()) {
    database.exec(`drop trigger ${name}`);
  }
  database.exec(sql);
}

type Item = RequestRecord | DamagedRecord | HistoryEvent | DamagedEvent;

const damageOf = (item: Item | undefined): Damage | undefined => item && "damaged" in item ? item.damaged : undefined;

/** What is damaged, by its number, in whatever gives it. */
const damages = (items: readonly Item[]) =>
  Object.fromEntries(items.flatMap((item) => {
    const damage = damageOf(item);
    return damage ? [["requestId" in item ? item.requestId : item.seq, damage]] : [];
  }));

/** Whether it is the fact that damage was found, which comes by itself after it was read. */
const isFinding = (item: { type?: string }) => item.type === "historyDamaged";

/** All that is read of a history, in every way: they must say the same of what is damaged. */
async function everything({ reader, audit }: OpenHistory) {
  const requests = (await reader.requests({}, { limit: 500 })).items;
  const events = (await reader.events({}, { limit: 500 })).items.filter((event) => !isFinding(event));
  for (const listed of requests) deepEqual(await reader.request(listed.requestId), listed);
  const lines = (await pieces(audit)).join("").trim().split("\n").map((line) => JSON.parse(line))
    .filter((line) => !isFinding(line));
  deepEqual(
    lines.map(({ kind: _, ...item }) => item),
    [...requests, ...events].sort((one, other) => numberOf(one) - numberOf(other)),
  );
  const csv = (await pieces(audit, { format: "csv" })).join("").trim().split("\r\n").slice(1);
  equal(csv.filter((line) => !line.endsWith(",")).length, lines.filter(({ damaged }) => damaged).length);
  return { requests, events, damaged: { ...damages(requests), ...damages(events) } };
}

const numberOf = (item: Item) => "requestId" in item ? item.requestId : item.seq;

/** Three requests that have ended (1, 3 and 5; 2, 4 and 6 are their ends) and a fact (7) in one block. */
async function write(opened: OpenHistory): Promise<void> {
  for (const token of ["t-1", "t-2", "t-3"]) {
    const id = await opened.history.accept(acceptance({ token }));
    await opened.history.complete(completion(id, { message: "mine" }));
  }
  await opened.history.note({
    type: "tokenRevoked",
    token: "t-1",
    detail: { subject: "t-2", name: "two" },
  });
  await opened.audit.checkpoint();
}

const changed = (row: number) => ({ block: 1, row, problem: `row ${row} is not the one that was written` });

Deno.test("SECURITY a row that was forged is told as damaged, with what it says, and its neighbours are not", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const before = await everything(opened);
  deepEqual(before.damaged, {});
  equal(before.requests.length, 3);
  tamper(folder.path, "update accepted set token = 't-9' where seq = 3");
  const { damaged, requests } = await everything(opened);
  deepEqual(damaged, { 3: changed(3) });
  deepEqual(requests[1], { ...before.requests[1], token: "t-9", damaged: changed(3) });
  deepEqual([requests[0], requests[2]], [before.requests[0], before.requests[2]]);
});

Deno.test("a row that is no acceptance is told by what it is, and as damaged where it is", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  await opened.history.withdraw(1);
  const { reader } = opened;
  const others = async () => await Promise.all([1, 2, 7, 8, 9].map((seq) => reader.other(seq)));
  deepEqual(await others(), [
    undefined,
    { kind: "completed", request: 1 },
    { kind: "fact", type: "tokenRevoked" },
    { kind: "withdrawn", request: 1 },
    undefined,
  ]);
  await opened.audit.checkpoint();
  tamper(
    folder.path,
    "update completed set outcome = 'failed' where seq = 2; update fact set type = 'nothing' where seq = 7",
  );
  deepEqual((await others()).slice(1, 3), [
    { kind: "completed", request: 1, damaged: changed(2) },
    { kind: "fact", type: undefined, damaged: changed(7) },
  ]);
});

Deno.test("whatever was changed of a row is told of that one alone", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  for (let block = 0; block < 2; block++) await write(opened);
  tamper(
    folder.path,
    `update accepted set phone = phone || char(0) || 'x' where seq = 3;
     update completed set outcome = 'failed' where seq = 6;
     update fact set token = 't-2' where seq = 7;
     update completed set message = null where seq = 9`,
  );
  deepEqual((await everything(opened)).damaged, {
    3: changed(3),
    5: changed(6),
    7: changed(7),
    8: { ...changed(9), block: 2 },
  });
});

Deno.test("api 5 a row of impossible shape is told with what can be read of it, in lists, record and export", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const before = await everything(opened);
  tamper(
    folder.path,
    `update accepted set operation = 'explode', params = 'none', at = 9223372036854775807 where seq = 1;
     update completed set result = 1152921504606846976, outcome = 'perhaps' where seq = 4;
     update fact set type = 'nothing', detail = '[' where seq = 7`,
  );
  const { damaged, requests, events } = await everything(opened);
  deepEqual(damaged, { 1: changed(1), 3: changed(4), 7: changed(7) });
  const [third, second, first] = before.requests as RequestRecord[];
  equal(requests[0] && JSON.stringify(requests[0]), JSON.stringify(third));
  const { outcome: _, result: __, ...endless } = second!;
  deepEqual(requests[1], { ...endless, damaged: changed(4) });
  const { operation: _o, params: _p, acceptedAt: _a, ...rest } = first!;
  deepEqual(requests[2], { ...rest, damaged: changed(1) });
  const { type: _t, detail: _d, ...fact } = before.events[0] as HistoryEvent;
  deepEqual(events[0], { ...fact, damaged: changed(7) });
});

Deno.test("a completion that was taken out shows: its block says that the request had ended", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const open = await opened.history.accept(acceptance());
  await opened.audit.checkpoint();
  tamper(folder.path, "delete from completed where seq = 4");
  // That it was found is a row, which a block of its own covers.
  const found = damageOf(await opened.reader.request(3));
  equal(found?.problem, "its completion is missing: block 2 says that it had ended");
  // One queue: it is on disk when this is.
  await opened.history.note(someFact());
  await opened.audit.checkpoint();
  const { damaged, requests } = await everything(opened);
  deepEqual(damaged, { 3: { row: 3, problem: "its completion is missing: block 3 says that it had ended" } });
  equal(requests.find(({ requestId }) => requestId === open)?.state, "accepted");
});

Deno.test("a reply that somebody withdrew afterwards, or a row from nowhere, is covered by no block", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  tamper(folder.path, "insert into withdrawn (seq, request) values (-5, 1), (2, 3)");
  deepEqual((await everything(opened)).damaged, {
    1: { row: -5, problem: "row -5 is covered by no block" },
    3: changed(2),
  });
});

/** Has the index of a table say of two requests what belongs to the other one; the rows stay as they are. */
function exchange(
  path: string,
  { table, requests: [one, other] }: { table: string; requests: [number, number] },
): void {
  // Deno knows the option, its types do not.
  const change = (sql: string) => {
    using database = new DatabaseSync(`${path}/history.db`, { defensive: false, timeout: 30_000 } as object);
    database.exec(`pragma writable_schema = on; ${sql}; pragma writable_schema = reset`);
  };
  const index = `sqlite_autoindex_${table}_1`;
  using database = new DatabaseSync(`${path}/history.db`, { timeout: 30_000 });
  const [entry] = database.prepare("select rootpage from sqlite_schema where name = ?").all(index);
  const [made] = database.prepare("select sql from sqlite_schema where name = ?").all(table);
  database.exec(
    `create table kept as select * from ${table} where request in (${one}, ${other});
     delete from ${table} where request in (${one}, ${other});
     update kept set request = ${one} + ${other} - request; insert into ${table} select * from kept;
     update kept set request = ${one} + ${other} - request`,
  );
  change(
    `delete from sqlite_schema where name = '${index}';
     update sqlite_schema set sql = replace(sql, ' unique', '') where name = '${table}'`,
  );
  change(
    `delete from ${table} where seq in (select seq from kept); insert into ${table} select * from kept; drop table kept`,
  );
  change(
    `insert into sqlite_schema values ('index', '${index}', '${table}', ${entry?.["rootpage"]}, null);
     update sqlite_schema set sql = '${made?.["sql"]}' where name = '${table}'`,
  );
}

Deno.test("SECURITY a completion or a withdrawal that an index gives to another request is told as damaged, sealed or not", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const { history, audit } = opened;
  await history.withdraw(1);
  await history.withdraw(3);
  await audit.checkpoint();
  for (const outcome of ["failed", "succeeded"] as const) {
    const id = await history.accept(acceptance());
    await history.complete(completion(id, { outcome }));
  }
  const wrong = (row: number, request: number) => ({
    row,
    problem: `row ${row} is not of request ${request}, though an index says so`,
  });
  exchange(folder.path, { table: "completed", requests: [10, 12] });
  deepEqual(damages((await opened.reader.requests({}, { limit: 9 })).items), { 10: wrong(13, 10), 12: wrong(11, 12) });
  await audit.checkpoint();
  exchange(folder.path, { table: "withdrawn", requests: [1, 3] });
  deepEqual((await everything(opened)).damaged, {
    1: { block: 2, ...wrong(9, 1) },
    3: { block: 2, ...wrong(8, 3) },
    10: { block: 3, ...wrong(13, 10) },
    12: { block: 3, ...wrong(11, 12) },
  });
});

Deno.test("SECURITY rows that somebody puts above the newest one of a running server are covered by no block", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const id = await opened.history.accept(acceptance());
  for (const seq of [id + 1, id + 4000]) {
    tamper(
      folder.path,
      `insert into accepted select ${seq}, at, operation, phone, plugin, application, application_name, 't-9', handle, reference, params,
         token_name from accepted where seq = ${id}`,
    );
    const { items } = await opened.reader.requests({}, { limit: 9 });
    deepEqual(damages(items), { [seq]: { row: seq, problem: `row ${seq} is covered by no block` } });
    tamper(folder.path, `delete from accepted where seq = ${seq}`);
  }
});

Deno.test("a block that was changed is told of all that it covers, and of nothing else", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  await write(opened);
  await write(opened);
  for (const change of ["lowest_open = 1", "hash = zeroblob(32)", "row_hashes = zeroblob(length(row_hashes))"]) {
    using copy = temporaryFolder();
    await Deno.copyFile(`${folder.path}/history.db`, `${copy.path}/history.db`);
    await Deno.copyFile(`${folder.path}/history.db-wal`, `${copy.path}/history.db-wal`);
    await using found = await openIn(copy.path, QUIET);
    tamper(copy.path, `update block set ${change} where number = 2`);
    const { damaged } = await everything(found);
    // The hash of the block before stands in the one behind it.
    const all = change.startsWith("hash") ? [8, 10, 12, 14, 15, 17, 19, 21] : [8, 10, 12, 14];
    deepEqual(Object.keys(damaged).map(Number), all, change);
    const { problem, block } = damageOf(await found.reader.request(8)) ?? {};
    deepEqual([problem, block], ["block 2 is not the one that was written", 2]);
  }
});

Deno.test("a block that lies about what it covers leads astray from itself alone", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  for (let block = 0; block < 40; block++) await write(opened);
  tamper(folder.path, "update block set first_seq = 3, last_seq = 5 where number = 20");
  const found = Object.keys((await everything(opened)).damaged).map(Number);
  deepEqual(found, [134, 136, 138, 140]);
});

Deno.test("blocks that cannot be read: what is given says that it could not be held against them", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  tamper(folder.path, "drop table block");
  const damage = damageOf(await opened.reader.request(3));
  equal(damage?.problem, "it could not be held against its block: no such table: block");
});

Deno.test("what is in no block yet is taken as it is", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  const id = await opened.history.accept(acceptance());
  tamper(folder.path, `update accepted set token = 't-9' where seq = ${id}`);
  const record = await opened.reader.request(id);
  ok(record && !("damaged" in record));
  equal(record.token, "t-9");
});

Deno.test("format 1 names the rows of the block that was changed, and no others", async () => {
  using folder = temporaryFolder();
  const desk = ["virtual:desk-1", "virtual", "a-1", "Réception", "t-1", "h-1", null, "{}"];
  const blocks = Array.from({ length: 5 }, (_, nth) => [
    rowOf("accepted", [5, "setLamp", ...desk]),
    rowOf("completed", [1 + 3 * nth, 6, null, "succeeded", 0, null, null, "sent"]),
    rowOf("fact", [7, "pluginReady", null, null, null, "virtual", null, null, null, null, "{}"]),
  ]);
  await writeFormat1(folder.path, blocks);
  await using opened = await openIn(folder.path);
  deepEqual((await everything(opened)).damaged, {});
  tamper(folder.path, "update completed set outcome = 'failed' where seq = 8");
  const problem = "block 3 is not the one that was written";
  deepEqual((await everything(opened)).damaged, {
    7: { block: 3, row: 7, problem },
    9: { block: 3, row: 9, problem },
  });
  using copy = temporaryFolder();
  await writeFormat1(copy.path, blocks);
  await using swapped = await openIn(copy.path, QUIET);
  exchange(copy.path, { table: "completed", requests: [1, 4] });
  deepEqual((await everything(swapped)).damaged, {
    1: { block: 2, row: 5, problem: "row 5 is not of request 1, though an index says so" },
    4: { block: 1, row: 2, problem: "row 2 is not of request 4, though an index says so" },
  });
  // What came with format 2 is none of its: nor is a row that is gone.
  tamper(folder.path, "update accepted set token_name = 'x' where seq = 1; delete from fact where seq = 15");
  deepEqual(Object.keys((await everything(opened)).damaged), ["1", "3", "7", "9", "13"]);
});

Deno.test("a file that cannot be read at all is no answer", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, QUIET);
  await write(opened);
  tamper(folder.path, "drop table accepted");
  await rejects(opened.reader.requests({}, { limit: 5 }), { code: "PHONEERR_RESOURCEUNAVAIL" });
});
