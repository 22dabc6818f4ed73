import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  blockHash,
  type BlockHead,
  type Cell,
  COLUMNS,
  flatten,
  NO_HASH,
  type Row,
  ROW_KINDS,
  type RowKind,
  rowLine,
  storable,
  unflatten,
} from "../../server/history/chain/mod.ts";
import { openInThread, query, temporaryFolder } from "./support.ts";

/** The worked example of the document: the text of each block and the hash that stands below it. */
function examples(): { text: string; hash: string }[] {
  const document = Deno.readTextFileSync(new URL("../../docs/history-format.md", import.meta.url));
  return [...document.matchAll(/```text\n(.*?)```\n\nSHA-256: `([0-9a-f]{64})`/gs)]
    .map(([, text = "", hash = ""]) => ({ text, hash }));
}

Deno.test("the hashes of the worked example in docs/history-format.md are those of its lines", () => {
  const all = examples();
  equal(all.length, 3);
  for (const { text, hash } of all) equal(createHash("sha256").update(text).digest("hex"), hash);
});

Deno.test("the writer's lines and hashes are those of the worked example", () => {
  let previous = NO_HASH;
  for (const { text, hash } of examples()) {
    const [header = "", ...rows] = text.trimEnd().split("\n");
    const [number, firstSeq, lastSeq, at, format, lowestOpen] = JSON.parse(header) as number[];
    const lines = rows.map((row) => {
      const [seq, kind, ...cells] = JSON.parse(row) as [number, RowKind, ...Cell[]];
      equal(cells.length, COLUMNS[kind].length, kind);
      return rowLine(kind, { seq, cells });
    });
    deepEqual(lines, rows);
    const head = { number, firstSeq, lastSeq, at, format, lowestOpen } as BlockHead;
    equal(blockHash(head, { previous, lines }), hash);
    previous = hash;
  }
});

Deno.test("a history with the rows of the worked example has its blocks", async () => {
  using folder = temporaryFolder();
  const [, one, two] = examples();
  using opened = await openInThread(folder.path);
  for (const { text } of [one, two].filter((example) => example !== undefined)) {
    opened.blocks.write(
      text.trimEnd().split("\n").slice(1).map((line): Row => {
        const [, kind, ...cells] = JSON.parse(line) as [number, RowKind, ...Cell[]];
        return { kind, cells };
      }),
    );
  }
  const heads = query<Record<string, number>>(
    folder.path,
    "select number, first_seq, last_seq, format, lowest_open from block",
  );
  const expected = examples().map(({ text }) =>
    (JSON.parse(text.split("\n")[0] ?? "") as number[]).toSpliced(3, 1).slice(0, 5)
  );
  deepEqual(heads.map((head) => Object.values(head)), expected);
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
