import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { CAUSES, OUTCOMES } from "../../server/core/contract/record.ts";
import { type Fact, FACT_TYPES } from "../../server/core/contract/facts.ts";
import { timeText } from "../../server/core/contract/time.ts";
import { DEFAULT_BOUNDS } from "../../server/history/bounds.ts";
import { Recorder } from "../../server/history/recorder.ts";
import { BlockProof } from "../../server/history/sqlite/block_proof.ts";
import { readExport } from "../../server/history/sqlite/export_page.ts";
import { readEvents, readRequest } from "../../server/history/sqlite/questions.ts";
import { verifyChain } from "../../server/history/sqlite/verify.ts";
import { acceptance, completion, connected, openIn, openInThread, temporaryFolder } from "./support.ts";

/** RFC 3339 with a year of four digits, as `Time` of the API has it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const text = fc.string({ unit: "binary" });
/** What a clock can say, and what it cannot. */
const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(-1, 0, -62_167_219_200_001, 253_402_300_799_999, 253_402_300_800_000, 8.64e15, -8.64e15),
);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** No field of an operation or a fact is called `__proto__`, and the reader passes over one that is. */
const key = text.filter((name) => name !== "__proto__");
const json = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });

const accepted = fc.record({
  at: time,
  operation: fc.constantFrom(...OPERATIONS),
  phone: text,
  plugin: text,
  application: fc.record({ id: text, name: text }),
  token: text,
  handle: text,
  reference: text,
  params: json,
});
const completed = fc.record({
  at: time,
  dispatchedAt: fc.option(time),
  outcome: fc.constantFrom(...OUTCOMES),
  result: int32,
  cause: fc.constantFrom(...CAUSES),
  message: text,
  reply: fc.constantFrom("sent" as const, "suppressed" as const),
});
const fact = fc.record({
  type: fc.constantFrom(...FACT_TYPES),
  token: text,
  application: text,
  address: text,
  plugin: text,
  phone: text,
  handle: text,
  result: int32,
  code: text,
  detail: json,
});

Deno.test("whatever can be written can be read: records, facts, exports, the chain", async () => {
  using folder = temporaryFolder();
  let wall = 0;
  using opened = await openInThread(folder.path, () => wall);
  const { database: { db, raw }, blocks } = opened;
  const source = { db, proof: new BlockProof(raw) };
  const recorder = new Recorder((flat) => Promise.resolve(blocks.commit(flat)), {
    bounds: DEFAULT_BOUNDS,
    now: () => wall,
    nameOf: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.record({ row: accepted, end: completed, happened: fact, then: time }), async (written) => {
      const { row, end, happened, then } = written;
      wall = 5;
      const id = await recorder.accept(row);
      wall = Math.trunc(Math.max(Math.min(then, 8.64e15), -8.64e15));
      await Promise.all([recorder.complete({ ...end, requestId: id }), recorder.note(happened as unknown as Fact)]);
      const record = await readRequest(source, id);
      match(record?.acceptedAt ?? "", TIME);
      match(record?.completedAt ?? "", TIME);
      if (end.dispatchedAt !== null) match(record?.dispatchedAt ?? "", TIME);
      deepEqual(record?.params, JSON.parse(JSON.stringify(row.params)));
      const { items } = await readEvents(source, { filter: {}, before: undefined, limit: 1, slice: 10 });
      match(items[0]?.at ?? "", TIME);
      equal(items[0]?.type, happened.type);
      const question = { filter: {}, after: id - 1, upTo: id + 2, slice: 10 };
      for (const format of ["jsonl", "csv"] as const) {
        ok((await readExport(source, { ...question, format })).text !== "");
      }
    }),
    { numRuns: 300 },
  );
  equal(verifyChain(raw).firstBad, undefined);
});

Deno.test("rows that an older build wrote by a wrong clock are read as what they are, or the nearest that RFC 3339 has", async () => {
  using folder = temporaryFolder();
  using opened = await openInThread(folder.path);
  const { db, raw } = opened.database;
  const source = { db, proof: new BlockProof(raw) };
  const times = {
    "-5": "1969-12-31T23:59:59.995Z",
    "-99999999999999": "0000-01-01T00:00:00.000Z",
    "1e15": timeText(1e15),
  };
  for (const [at, text] of Object.entries(times)) {
    const seq = opened.blocks.head.lastSeq + 1;
    raw.exec(`insert into fact (seq, at, type) values (${seq}, ${Number(at)}, 'pluginReady')`);
    const { items } = await readEvents(source, { filter: {}, before: undefined, limit: 1, slice: 10 });
    equal(items[0]?.at, text);
    match(text, TIME);
    raw.exec(`delete from fact where seq = ${seq}`);
  }
});

Deno.test("a clock before 1970 or after 9999 is refused at the start, and while it runs, in words", async () => {
  for (const [wall, says] of [[-1, "1969-12-31T23:59:59.999Z"], [1e15, "+033658-09-27T01:46:40.000Z"]] as const) {
    using folder = temporaryFolder();
    await rejects(openIn(folder.path, { now: () => wall }), {
      name: "HistoryError",
      exitCode: 2,
      message: `Cannot open the history of ${folder.path}: The clock of this machine says ${says}: ` +
        "it must be between 1970 and 9999. Set it",
    });
    let now = Date.now();
    await using opened = await openIn(folder.path, { now: () => now });
    const id = await opened.history.accept(acceptance());
    now = wall;
    match(opened.history.trouble ?? "", /^The clock of this machine says/);
    await rejects(opened.history.accept(acceptance()), {
      code: "PHONEERR_RESOURCEUNAVAIL",
      message: /The clock of this machine says/,
    });
    await Promise.all([opened.history.complete(completion(id, { at: wall })), opened.history.note(connected())]);
    equal((await opened.reader.request(id))?.completedAt, wall < 0 ? "1970-01-01T00:00:00.000Z" : timeText(wall));
    now = Date.now();
    equal(opened.history.trouble, undefined);
    await opened.history.accept(acceptance());
    let exported = "";
    const { pieces } = await opened.audit.export({}, "jsonl");
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) exported += piece.value;
    equal(exported.trim().split("\n").length, 3);
  }
});
