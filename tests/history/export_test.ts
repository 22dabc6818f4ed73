import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { ExportFilter, HistoryAudit } from "../../server/core/contract/history.ts";
import { EXPORT_LINES } from "../../server/history/reading/export_lines.ts";
import { acceptance, completion, connected, openIn, pieces, refused, someFact, temporaryFolder } from "./support.ts";

/** The lines of an export in JSON Lines. */
async function lines(audit: HistoryAudit, filter: ExportFilter = {}): Promise<Record<string, unknown>[]> {
  const text = (await pieces(audit, { filter })).join("");
  ok(text === "" || text.endsWith("\n"));
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** What a line is, in short: `r7` or `e8`. */
const short = ({ kind, requestId, seq }: Record<string, unknown>) => kind === "request" ? `r${requestId}` : `e${seq}`;

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let found = field.exec(text); found; found = field.exec(text)) {
    const [, quoted, plain = "", end] = found;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
    if (field.lastIndex === text.length) break;
  }
  deepEqual(rows.pop(), [], "the last line is ended");
  return rows;
}

Deno.test("api 2 an export has every request as its record and every event, oldest first in the one order of seq", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader, audit } = opened;
  await history.note(someFact());
  const done = await history.accept(acceptance({ reference: "order 7" }));
  await history.complete(completion(done));
  await history.note(connected());
  const open = await history.accept(acceptance());
  await history.withdraw(done);
  const all = await lines(audit);
  deepEqual(all.map(short), ["e1", `r${done}`, "e4", `r${open}`]);
  deepEqual(all[1], { kind: "request", ...await reader.request(done) });
  deepEqual(all[3], { kind: "request", ...await reader.request(open) });
  const { items: [event] } = await reader.events({ type: "phoneConnected" }, { limit: 1 });
  deepEqual(all[2], { kind: "event", ...event });
  equal((await reader.request(done))?.reply, "suppressed");
});

Deno.test("an export is the history as it stood at its block: what comes while it is read is not in it, a completion neither", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { sliceRows: 2 } });
  const { history, audit } = opened;
  const early = await history.accept(acceptance());
  const late = await history.accept(acceptance());
  await history.complete(completion(early));
  const { upTo, pieces } = await audit.export({}, "jsonl");
  deepEqual(upTo, await audit.checkpoint());
  await history.complete(completion(late));
  await history.withdraw(early);
  await history.note(someFact());
  let text = "";
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) text += piece.value;
  const [first, second, ...others] = text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  deepEqual(others, []);
  deepEqual([first.requestId, first.state, first.reply], [early, "completed", "sent"]);
  deepEqual([second.requestId, second.state, second.completedAt], [late, "accepted", null]);
});

Deno.test("an export comes in pieces of bounded length, whatever slice it is read by, and is the same", async () => {
  using folder = temporaryFolder();
  const long = "x".repeat(20_000);
  let whole: string[];
  {
    await using opened = await openIn(folder.path);
    for (let index = 0; index < 200; index++) {
      const params = { text: index % 10 ? "" : long };
      const accepted = opened.history.accept(acceptance({ params }));
      await opened.history.note(connected());
      if (index % 2) await opened.history.complete(completion(await accepted));
    }
    whole = (await lines(opened.audit)).map(short);
    equal(whole.length, 400);
    const read = await pieces(opened.audit);
    ok(read.length > 5 && read.every((piece) => piece.length < 65_536 + 21_000), "pieces are bounded");
  }
  for (const sliceRows of [1, 7, 50_000]) {
    await using opened = await openIn(folder.path, { bounds: { sliceRows } });
    deepEqual((await lines(opened.audit)).map(short), whole);
  }
});

Deno.test("an export is filtered by phone, by globs of phones and by time, as the questions are", async () => {
  using folder = temporaryFolder();
  let now = 1_750_000_000_000;
  await using opened = await openIn(folder.path, { now: () => now });
  const { history, audit } = opened;
  for (const phone of ["virtual:desk-1", "virtual:desk-2", "lobby:door"]) {
    await history.accept(acceptance({ phone, at: now }));
    await history.note(connected(phone));
    now += 1_000;
  }
  await history.note(someFact());
  const found = async (filter: ExportFilter) => (await lines(audit, filter)).map(short);
  deepEqual(await found({}), ["r1", "e2", "r3", "e4", "r5", "e6", "e7"]);
  deepEqual(await found({ phone: "virtual:desk-2" }), ["r3", "e4"]);
  deepEqual(await found({ phones: ["virtual:*"] }), ["r1", "e2", "r3", "e4"]);
  deepEqual(await found({ phones: ["*:doo?", "virtual:desk-1"] }), ["r1", "e2", "r5", "e6"]);
  deepEqual(await found({ phones: [] }), []);
  deepEqual(await found({ phone: "lobby:door", phones: ["virtual:*"] }), []);
  deepEqual(await found({ from: 1_750_000_001_000, to: 1_750_000_002_000 }), ["r3", "e4"]);
});

Deno.test("the CSV of an export has one header and the same columns in every row, read back by RFC 4180", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, audit } = opened;
  const id = await history.accept(acceptance({ application: { id: "a-1", name: 'the "desk",\r\nor so' } }));
  await history.complete(completion(id, { outcome: "failed", result: -1879048165, message: "=1+1" }));
  await history.note(
    refused({ address: "::1", result: -1879048165, detail: { path: "=cmd", status: 403 } }),
  );
  const text = (await pieces(audit, { format: "csv" })).join("");
  const [header = [], ...rows] = readCsv(text);
  equal(rows.length, 2);
  const named = rows.map((row) => {
    equal(row.length, header.length);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""]));
  });
  const [request, event] = named;
  deepEqual([request?.["kind"], request?.["seq"], request?.["applicationName"]], [
    "request",
    String(id),
    'the "desk",\r\nor so',
  ]);
  deepEqual([request?.["result"], request?.["message"], request?.["type"]], ["-1879048165", "'=1+1", ""]);
  equal(request?.["params"], '{"lamp":12,"mode":"steady"}');
  deepEqual([event?.["kind"], event?.["type"], event?.["detail"]], [
    "event",
    "callRefused",
    '{"path":"=cmd","status":403}',
  ]);
  match(text, /^kind,seq,at,/);
});

Deno.test("no cell of the CSV begins as a formula does, whatever a caller called its application", () => {
  fc.assert(fc.property(
    fc.stringMatching(/^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]?[ -~"\r\n,=]*$/),
    (words) => {
      const line = EXPORT_LINES.csv.line({
        kind: "event",
        seq: 1,
        at: words,
        ...refused({ token: words }),
      });
      const [row = []] = readCsv(line);
      for (const cell of row) ok(!/^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell), JSON.stringify(cell));
    },
  ));
});

Deno.test("nor does one that a spreadsheet finds by splitting at another separator, quoted or not", () => {
  for (const words of ["a;=1+1", "a\t+1", "a|@x", 'a;"=1+1"', "a,-1", "a\n=1", ";;\uFF1D1", "a;==1"]) {
    const line = EXPORT_LINES.csv.line({
      kind: "event",
      seq: 1,
      at: "now",
      ...refused({ token: words }),
    });
    for (const cell of line.split(/[;,|\t\r\n]/)) ok(!/^"*[=+\-@\uFF1D]/.test(cell), JSON.stringify([words, cell]));
  }
});

Deno.test("nor one that begins with blanks that are hardly seen, at its beginning and behind a separator", () => {
  const blanks = [
    " ",
    "\u00a0",
    "\u3000",
    "\u2003",
    "\u2028",
    "\u0085",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\u0001",
  ];
  for (const blank of [...blanks, blanks.join(""), `\u00a0"\u200b`]) {
    for (const begins of ["=", "+", "-", "@", "\uff1d", "\u2212"]) {
      for (const before of ["", "x;", "x\t"]) {
        const text = `${before}${blank}${begins}1+1`;
        if (blank === " " && before !== "" && "+-\u2212".includes(begins)) continue;
        const cell = EXPORT_LINES.csv.line({ kind: "event", seq: 1, at: "now", ...refused({ token: text }) });
        ok(cell.includes(`${before}'${blank.replaceAll('"', '""')}${begins}`), JSON.stringify(text));
      }
    }
    const harmless = EXPORT_LINES.csv.line({ kind: "event", seq: 1, at: "now", ...refused({ token: `${blank}a=1` }) });
    ok(!harmless.includes("'"), JSON.stringify(harmless));
  }
});

Deno.test("behind a separator and a space only a sign stays, and only where it calls nothing", () => {
  const isChanged = (token: string) =>
    EXPORT_LINES.csv.line({ kind: "event", seq: 1, at: "now", ...refused({ token }) }).includes("'");
  for (const words of ["a, -5", "a; +49 30 1234, -g", "a,  \u2212x", "a, - b; c"]) ok(!isChanged(words), words);
  const calling = ["a, =B2", "a; @SUM(1)", "a; -SUM(1)", "a,  +x|y!A0", "a, -b, -c(1)", "a; -'[x]y'!A1", "a, -1=B2"];
  for (const words of calling) ok(isChanged(words), words);
});

Deno.test("every text of the CSV stands in quotes, and only what could be a formula is changed", () => {
  const line = EXPORT_LINES.csv.line({
    kind: "event",
    seq: 1,
    at: "2026-01-01T00:00:00.000Z",
    ...refused({ result: -5, token: 'a-b; c="d" e@f.example, -g', detail: { path: "=x", status: 400 } }),
  });
  deepEqual(line.split(",").slice(0, 5), ['"event"', "1", '"2026-01-01T00:00:00.000Z"', '"callRefused"', ""]);
  const [row] = readCsv(line);
  ok(
    row?.includes('a-b; c="d" e@f.example, -g') && row.includes("-5") && row.includes('{"path":"=x","status":400}'),
    line,
  );
});

Deno.test("an empty history exports to nothing, in CSV to its header", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  equal((await pieces(opened.audit)).join(""), "");
  equal((await pieces(opened.audit, { format: "csv" })).join(""), EXPORT_LINES.csv.head);
});

Deno.test("a row that cannot be read stands in an export with what can be, and a closed history has none", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { sliceRows: 1 } });
  const good = await opened.history.accept(acceptance());
  const bad = await opened.history.accept(acceptance());
  using database = new DatabaseSync(`${folder.path}/history.db`);
  database.exec(`drop trigger accepted_is_never_changed; update accepted set params = '[' where seq = ${bad}`);
  const { pieces: read } = await opened.audit.export({}, "jsonl");
  match(String((await read.next()).value), new RegExp(`"requestId":${good}`));
  const { params, requestId, damaged, phone } = JSON.parse(String((await read.next()).value));
  deepEqual([requestId, params, damaged.row, phone], [bad, undefined, bad, "virtual:desk-1"]);
  equal((await read.next()).done, true);
  await opened.close();
  await rejects(opened.audit.export({}, "jsonl"), { code: "PHONEERR_RESOURCEUNAVAIL" });
});
