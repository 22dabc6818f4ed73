import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  blockHash,
  blockHash1,
  type BlockHead,
  type Cell,
  COLUMNS,
  flatten,
  lineHash,
  NO_HASH,
  type Row,
  ROW_KINDS,
  rowHashes,
  type RowKind,
  rowLine1,
  rowLines,
  saltAt,
  storable,
  type StoredRow,
  unflatten,
} from "../../server/history/chain/mod.ts";

/** The worked example of the document: the text of each block and the hash that stands below it. */
function examples(): { text: string; hash: string }[] {
  const document = Deno.readTextFileSync(new URL("../../docs/history-format.md", import.meta.url));
  return [...document.matchAll(/```text\n(.*?)```\n\nSHA-256: `([0-9a-f]{64})`/gs)]
    .map(([, text = "", hash = ""]) => ({ text, hash }));
}

Deno.test("the hashes of the worked example in docs/history-format.md are those of its lines", () => {
  const all = examples();
  equal(all.length, 7);
  for (const { text, hash } of all) equal(createHash("sha256").update(text).digest("hex"), hash);
});

/** What the lines of a block of format 1 say. */
function readBlock1(text: string): { head: BlockHead; rows: StoredRow[]; lines: string[] } {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line): StoredRow => {
    const [seq, kind, ...cells] = JSON.parse(line) as [number, RowKind, ...Cell[]];
    return { seq, kind, cells };
  });
  return { head: headOf(header), rows, lines };
}

function headOf(header: string): BlockHead {
  const [number, firstSeq, lastSeq, at, format, lowestOpen] = JSON.parse(header) as number[];
  return { number, firstSeq, lastSeq, at, format, lowestOpen } as BlockHead;
}

/** The rows of the example's block of format 2, as they are stored. */
function rows2(): { rows: StoredRow[]; salts: string } {
  const [content, accepted, completed] = examples().slice(3, 6).map(({ text }) => JSON.parse(text) as Cell[]);
  const [salt, reference, params] = content as [string, Cell, Cell];
  const [seq, , ...before] = accepted as [number, string, ...Cell[]];
  const [second, , ...rest] = completed as [number, string, ...Cell[]];
  const own = rest.at(-1);
  const tokenName = before.at(-2) ?? null;
  const rows: StoredRow[] = [
    { seq, kind: "accepted", cells: [...before.slice(0, -2), reference, params, tokenName] },
    { seq: second, kind: "completed", cells: [...rest.slice(0, 6), null, ...rest.slice(6, 8)] },
  ];
  return { rows, salts: `${salt}${own}` };
}

Deno.test("the lines and hashes of format 1 are those of the worked example", () => {
  let previous = NO_HASH;
  for (const { text, hash } of examples().slice(0, 3)) {
    const { head, rows, lines } = readBlock1(text);
    deepEqual(rows.map(rowLine1), lines);
    equal(blockHash1(head, { previous, lines }), hash);
    previous = hash;
  }
});

Deno.test("the writer's hashes are those of the worked example", () => {
  const [, , before, , accepted, completed, block] = examples();
  const { rows: stored, salts } = rows2();
  const rows = rowHashes(stored, salts);
  deepEqual(rows, [accepted?.hash, completed?.hash]);
  const head = headOf(block?.text.split("\n")[0] ?? "");
  equal(blockHash(head, { previous: before?.hash ?? "", rows }), block?.hash);
});

Deno.test("the hash of a row covers all of it, and its salt: a row that is not shown cannot be guessed from its hash", () => {
  const one = "00".repeat(16);
  for (const { kind, cells } of rows2().rows) {
    const hash = (cells: readonly Cell[], salt: string) => rowHashes([{ seq: 5, kind, cells }], salt)[0];
    const hashes = cells.map((_, place) => hash(cells.with(place, "else"), one));
    hashes.push(hash(cells, one), hash(cells, "01".repeat(16)));
    equal(new Set(hashes).size, cells.length + 2);
  }
});

Deno.test("the content of a row can be taken out, and its line still gives its hash", () => {
  const { rows: [row], salts } = rows2();
  ok(row);
  const { line, content = [] } = rowLines(row, saltAt(salts, 0));
  deepEqual([lineHash(line), line.at(-1)], [rowHashes([row], salts)[0], lineHash(content)]);
  ok(!JSON.stringify(line).includes("ring-17") && JSON.stringify(content).includes("ring-17"));
});

Deno.test("a row of format 1 that holds what came later has no line", () => {
  const cells = COLUMNS.fact.map((): Cell => null);
  const row: StoredRow = { seq: 1, kind: "fact", cells };
  equal(rowLine1(row), `[1,"fact"${",null".repeat(11)}]`);
  equal(rowLine1({ ...row, cells: cells.with(-1, "n") }), undefined);
});

Deno.test("text that UTF-8 or SQLite would change is made storable, and all other text is left alone", () => {
  equal(storable("a\0b\ud800c"), "a\uFFFDb\uFFFDc");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const stored = storable(text);
    ok(stored.isWellFormed() && !stored.includes("\0"));
    equal(stored, text.replaceAll("\0", "\uFFFD"));
  }));
});

Deno.test("rows cross to the worker and back as they were", () => {
  const row = fc.constantFrom(...ROW_KINDS).chain((kind) =>
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
      minLength: COLUMNS[kind].length,
      maxLength: COLUMNS[kind].length,
    }).map((cells): Row => ({ kind, cells }))
  );
  fc.assert(fc.property(fc.array(row), (rows) => deepEqual(unflatten(flatten(rows)), rows)));
});
