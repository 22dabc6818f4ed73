import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ExportFilter, HistoryAudit } from "../../server/core/contract/history.ts";
import { verifyChainFile } from "../../server/history/mod.ts";
import type { ChainLine, Opening } from "../../server/history/reading/mod.ts";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, connected, openIn, pieces, rowOf, someFact, temporaryFolder } from "./support.ts";

/** The lines of an export of the chain. */
async function chain(audit: HistoryAudit, filter: ExportFilter = {}): Promise<[Opening, ...ChainLine[]]> {
  const text = (await pieces(audit, { filter, format: "chain" })).join("");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line)) as [Opening, ...ChainLine[]];
}

/** The lines in short: the block, the kind and phone of a row, how many are left out. */
function shortly(lines: readonly ChainLine[]): string[] {
  return lines.map((line) => {
    if ("block" in line) return `block ${line.block[0]}`;
    if ("row" in line) return `${line.row[0]} ${line.row[1]}`;
    if ("hashes" in line) return `${line.hashes.length} hashes`;
    return "left" in line ? `${line.left} left` : line.damaged;
  });
}

/** A fact and a request of each of two phones, the second completed in the block after; a fact of none. */
async function twoPhones(path: string) {
  const opened = await openIn(path);
  const { history, audit } = opened;
  await history.note(connected("v:1"));
  await history.note(connected("v:2"));
  const [one, two] = [
    await history.accept(acceptance({ phone: "v:1" })),
    await history.accept(acceptance({ phone: "v:2" })),
  ];
  await history.complete(completion(one));
  await audit.checkpoint();
  await history.note(someFact());
  await history.complete(completion(two));
  history.withdraw(two);
  return opened;
}

Deno.test("api 2 an export of the chain has every block and, whole, every row", async () => {
  using folder = temporaryFolder();
  await using opened = await twoPhones(folder.path);
  const [{ historyId, upTo, filter }, ...lines] = await chain(opened.audit);
  const { at, ...head } = opened.head();
  deepEqual([historyId, filter, upTo], [opened.historyId, null, {
    block: head.block,
    hash: head.hash,
    at: new Date(at).toISOString(),
  }]);
  deepEqual(shortly(lines), [
    "block 0",
    "0 origin",
    "block 1",
    "1 fact",
    "2 fact",
    "3 accepted",
    "4 accepted",
    "5 completed",
    "block 2",
    "6 fact",
    "7 completed",
    "8 withdrawn",
  ]);
});

Deno.test("a filter leaves hashes in the place of rows, and a completion is of its request's phone and time", async () => {
  using folder = temporaryFolder();
  await using opened = await twoPhones(folder.path);
  const of = async (filter: ExportFilter) => shortly((await chain(opened.audit, filter)).slice(1) as ChainLine[]);
  const second = [
    "block 0",
    "0 origin",
    "block 1",
    "1 hashes",
    "2 fact",
    "1 hashes",
    "4 accepted",
    "1 hashes",
    "block 2",
    "1 hashes",
    "7 completed",
    "8 withdrawn",
  ];
  deepEqual(await of({ phone: "v:2" }), second);
  deepEqual(await of({ phones: ["x:*", "v:2"] }), second);
  deepEqual(await of({ phones: [] }), ["block 0", "0 origin", "block 1", "5 hashes", "block 2", "3 hashes"]);
  deepEqual(await of({ to: 1_750_000_000_001 }), [
    "block 0",
    "0 origin",
    "block 1",
    "2 hashes",
    "3 accepted",
    "4 accepted",
    "5 completed",
    "block 2",
    "1 hashes",
    "7 completed",
    "8 withdrawn",
  ]);
  const [first] = await chain(opened.audit, { phones: ["v:2"], from: 0 });
  deepEqual(first.filter, { phones: ["v:2"], from: "1970-01-01T00:00:00.000Z" });
  const text = JSON.stringify(await chain(opened.audit, { phones: ["v:2"] }));
  ok(!text.includes("v:1"));
});

Deno.test("blocks of format 1 are given whole, or with the number of what is left out", async () => {
  using folder = temporaryFolder();
  const request = ["v", "a-1", "A", "t-1", "h-1", null, "{}"];
  const accepted = (phone: string) => rowOf("accepted", [5, "setLamp", phone, ...request]);
  await writeFormat1(folder.path, [[accepted("v:1"), accepted("v:2")], [rowOf("withdrawn", [1])]]);
  await using opened = await openIn(folder.path);
  const whole = shortly((await chain(opened.audit)).slice(1) as ChainLine[]);
  deepEqual(whole.slice(0, 7), [
    "block 0",
    "0 origin",
    "block 1",
    "1 accepted",
    "2 accepted",
    "block 2",
    "3 withdrawn",
  ]);
  const part = shortly((await chain(opened.audit, { phone: "v:2" })).slice(1) as ChainLine[]);
  deepEqual(part.slice(0, 6), ["block 0", "0 origin", "block 1", "1 left", "2 accepted", "block 2"]);
  equal(part[6], "1 left");
});

Deno.test("an export of the chain comes in bounded pieces, also where one block is longer than many", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const text = "x".repeat(20_000);
  await Promise.all(Array.from({ length: 100 }, () => opened.history.accept(acceptance({ reference: text }))));
  const found = await pieces(opened.audit, { format: "chain" });
  ok(found.length > 20 && found.every((piece) => piece.length < 100_000), String(found.map(({ length }) => length)));
  const rows = found.join("").trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ row }) => row);
  deepEqual(rows.map(({ row: [seq] }) => seq), Array.from({ length: 101 }, (_, seq) => seq));
});

Deno.test("an export of many small blocks has each of them once, wherever a page ends", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  for (let count = 1; count < 700; count++) {
    await opened.history.note(someFact());
    if (count % 4 !== 0) await opened.audit.checkpoint();
  }
  const { block } = await opened.audit.checkpoint();
  const { signal } = new AbortController();
  for (const filter of [{}, { phones: [] }]) {
    const text = (await pieces(opened.audit, { filter, format: "chain" })).join("");
    const blocks = text.trimEnd().split("\n").flatMap((line) => JSON.parse(line).block?.[0] ?? []);
    deepEqual(blocks, Array.from({ length: block + 1 }, (_, number) => number));
    await Deno.writeTextFile(`${folder.path}/export.jsonl`, text);
    const { ok: stands, firstBad } = await verifyChainFile(`${folder.path}/export.jsonl`, { signal });
    deepEqual([stands, firstBad], [true, undefined]);
  }
});

Deno.test("SECURITY a row that was changed stands damaged in an export of the chain, and a check of that names the row", async () => {
  using folder = temporaryFolder();
  await using opened = await twoPhones(folder.path);
  await opened.audit.checkpoint();
  {
    using database = new DatabaseSync(`${folder.path}/history.db`, { timeout: 5_000 });
    database.exec(`drop trigger accepted_is_never_changed; update accepted set token = 't-forged' where seq = 4`);
  }
  const text = (await pieces(opened.audit, { filter: {}, format: "chain" })).join("");
  match(text, /\n\{"damaged":"row 4 is not the one that was written","hash":"[0-9a-f]{64}"\}\n/);
  await Deno.writeTextFile(`${folder.path}/export.jsonl`, text);
  const { firstBad } = await verifyChainFile(`${folder.path}/export.jsonl`, { signal: AbortSignal.timeout(60_000) });
  deepEqual(firstBad, { block: 1, row: 4, problem: "row 4 is not the one that was written" });
});

Deno.test("a row that is missing, or holds what is never written, stands damaged among its neighbours, with the hash that its block has", async () => {
  using folder = temporaryFolder();
  await using opened = await twoPhones(folder.path);
  await opened.audit.checkpoint();
  {
    using database = new DatabaseSync(`${folder.path}/history.db`, { timeout: 5_000 });
    database.exec(`drop trigger fact_is_never_changed; update fact set plugin = cast(x'e282ff' as text) where seq = 2`);
    database.exec("delete from completed where seq = 5");
    database.exec("drop trigger accepted_is_never_changed; drop trigger block_is_never_changed");
    database.exec("update accepted set at = 9223372036854775807 where seq = 4");
    database.exec("update block set at = 9223372036854775807 where number = 2");
  }
  const lines = (await chain(opened.audit)).slice(1) as ChainLine[];
  deepEqual(shortly(lines.slice(2, 9)), [
    "block 1",
    "1 fact",
    "a text is not in UTF-8",
    "3 accepted",
    "a column holds what is never written there",
    "row 5 is missing",
    "block 2 is wrong: a column holds what is never written there",
  ]);
  for (const place of [4, 6, 7]) ok("damaged" in lines[place]! && /^[0-9a-f]{64}$/.test(lines[place].hash ?? ""));
});
