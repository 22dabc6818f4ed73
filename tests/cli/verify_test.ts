import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { newKeys, signerOf } from "../../server/checkpoints/mod.ts";
import type { Checkpoint, KeptCheckpoint } from "../../server/core/contract/history.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { writeFormat1 } from "../history/format_1.ts";
import { acceptance, completion, connected, openIn, pieces, rowOf } from "../history/support.ts";
import { startServer } from "../harness/start_server.ts";
import { cli, type Ended, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";
import { hasPython, lookOf, onTerminal } from "./support/auditing.ts";

const verify = (...args: string[]) => cli(["history", "verify", ...args]);

const found = (ended: Ended) => [ended.code, ended.stdout.trimEnd()] as const;

/** A history of some blocks, the checkpoint of each, and its chain: whole, and as one of its phones has it. */
async function someHistory(path: string) {
  await writeFormat1(path, [[rowOf("accepted", [5, "setLamp", "v:9", "v", "a-1", "A", "t-1", "h-1", null, "{}"])], [
    rowOf("withdrawn", [9]),
  ]]);
  await using opened = await openIn(path);
  const { history, audit } = opened;
  const kept: KeptCheckpoint[] = [];
  for (let count = 0; count < 6; count++) {
    const phone = `v:${count % 2}`;
    await history.note(connected(phone));
    await history.complete(completion(await history.accept(acceptance({ phone }))));
    kept.push(await audit.checkpoint());
  }
  const chain = async (phone?: string) =>
    (await pieces(audit, { format: "chain", filter: phone === undefined ? {} : { phone } })).join("");
  return { kept, whole: await chain(), part: await chain("v:1"), old: await chain("v:9") };
}

/** Changes a file of a history as somebody does who has it. */
function tamper(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

Deno.test("a history is verified while its server runs, without a row more, and held against many checkpoints", async () => {
  await using server = await startServer({ args: ["--safe"] });
  using folder = temporaryFolder();
  const file = `${folder.path}/checkpoints.jsonl`;
  const kept = await cli(["history", "checkpoint", "--data", server.data]);
  await Deno.writeTextFile(file, `${kept.stdout}\n${kept.stdout}`);
  const rows = () => {
    using database = new DatabaseSync(`${server.data}/history.db`, { readOnly: true });
    return database.prepare("select (select max(seq) from fact), (select max(number) from block)").get();
  };
  const before = rows();
  const ended = await verify("--data", server.data, "--checkpoint", file);
  match(ended.stdout, /^The history is whole: \d+ blocks, \d+ rows\n$/);
  match(ended.stderr, /^All 2 checkpoints are in it\n/);
  const part = jsonLines(await verify("--data", server.data, "--from", file, "--json"))[0];
  deepEqual([part?.["ok"], part?.["from"]], [true, jsonLines(kept)[0]?.["block"]]);
  deepEqual(rows(), before);

  const env = { SWITCHROOM_TOKEN: server.token };
  const asked = await cli(["history", "verify", "--url", server.url, "--checkpoint", file, "--from", file], { env });
  match(asked.stdout, /^The history is whole behind block \d+: \d+ blocks, \d+ rows\n$/);
});

Deno.test("the history of a server that does not run is verified where it lies, as is a copy, in parts too, and nothing changes", async () => {
  using folder = temporaryFolder();
  const { kept } = await someHistory(folder.path);
  const before = await lookOf(folder.path);
  const at = ["--data", folder.path];
  const [file, half] = [`${folder.path}.kept`, `${folder.path}.half`];
  const keep = (path: string, checkpoints: readonly KeptCheckpoint[]) =>
    Deno.writeTextFile(path, checkpoints.map((one) => `${JSON.stringify(one)}\n`).join(""));
  try {
    await keep(file, kept);
    await keep(half, kept.slice(0, 3));
    const [, , third, , , last] = kept;
    ok(third && last);
    deepEqual(found(await verify(...at)), [0, `The history is whole: ${last.block + 1} blocks, 22 rows`]);
    const copy = ["--file", `${folder.path}/history.db`];
    deepEqual(found(await verify(...copy, "--checkpoint", file, "--from", half)), [
      0,
      `The history is whole behind block ${third.block}: ${last.block - third.block} blocks, 9 rows`,
    ]);
    deepEqual(await lookOf(folder.path), before);

    await keep(file, [...kept.slice(0, 3), { ...last, hash: "0".repeat(64) }]);
    match((await verify(...copy, "--checkpoint", file)).stdout, /^Block 9 is wrong: .*; a checkpoint says 0{64}: /);
    await keep(half, [{ ...third, hash: "1".repeat(64) }]);
    match((await verify(...copy, "--from", half)).stdout, /^Block 6 is wrong: .*; a checkpoint says 1{64}: /);
    await keep(half, [{ ...third, historyId: "2".repeat(32) }]);
    match((await verify(...copy, "--from", half)).stdout, /a checkpoint is of the history 2{32};/);
    await keep(half, [{ ...last, block: 99 }]);
    match((await verify(...copy, "--from", half)).stdout, /^Block 99 is wrong: the block is missing: a checkpoint/);

    await keep(half, [third]);
    tamper(
      `${folder.path}/history.db`,
      "drop trigger fact_is_never_changed; update fact set phone = 'v:9' where seq = 4",
    );
    const changed = await verify(...copy);
    deepEqual(found(changed), [
      1,
      "Block 4 is wrong: row 4 is not the one that was written; the 4 blocks before it fit together",
    ]);
    deepEqual(jsonLines(await verify(...copy, "--json"))[0]?.["firstBad"], {
      block: 4,
      row: 4,
      problem: "row 4 is not the one that was written",
    });
  } finally {
    for (const path of [file, half]) await Deno.remove(path);
  }
});

Deno.test("an export of the chain is verified alone, whole or in part, and the first bad block and row are named", async () => {
  using folder = temporaryFolder();
  const { kept, whole, part, old } = await someHistory(folder.path);
  const [file, checkpoints] = [`${folder.path}/chain`, `${folder.path}/kept`];
  const prove = async (text: string, ...args: string[]) => {
    await Deno.writeTextFile(file, text);
    return found(await verify("--file", file, ...args));
  };
  await Deno.writeTextFile(checkpoints, kept.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const blocks = (kept.at(-1)?.block ?? 0) + 1;
  deepEqual(await prove(whole, "--checkpoint", checkpoints), [0, `The history is whole: ${blocks} blocks, 22 rows`]);
  deepEqual(await prove(part, "--checkpoint", checkpoints), [
    0,
    `The history is whole: ${blocks} blocks, 22 rows, 10 of them by their hashes alone, 2 of them not proven` +
    ', by the filter {"phone":"v:1"}',
  ]);
  const [code, words] = await prove(old, "--checkpoint", checkpoints);
  equal(code, 1);
  match(words, /^The chain is whole: .*; but 1 rows are shown that are not proven, /);
  const [third] = kept.slice(2);
  await Deno.writeTextFile(checkpoints, JSON.stringify(third));
  deepEqual(await prove(part, "--from", checkpoints), [
    0,
    `The history is whole behind block ${third?.block}: 3 blocks, 9 rows, 3 of them by their hashes alone` +
    ', by the filter {"phone":"v:1"}',
  ]);

  const lines = part.split("\n");
  const at = lines.findLastIndex((line) => line.includes('"accepted"'));
  const row = lines[at] ?? "";
  const changed: [by: string[], words: RegExp, place?: number][] = [
    [[row.replace("v:1", "v:2")], /^Block 9 is wrong: its hash is /],
    [[row.replace("lamp", "lump")], /^Block 9 is wrong: row \d+ is not the one that was written/],
    [[row.replace(/,"content":.*/, "}")], /^Block 9 is wrong: row \d+ is not the one that was written/],
    [[], /^Block 9 is wrong: row \d+ is missing/],
    [[row.replace("{", '{"fact":1,')], /^Block 9 is wrong: a line is none of an export of the chain/],
    [[row.replace("{", '{"row":[],')], /^Block 9 is wrong: a line is none of an export of the chain/],
    [['{"left":1}'], /^Block 9 is wrong: it is not given whole/],
    [[(lines[1] ?? "").replace(/"\],/, '",7],')], /a line is none of an export of the chain/, 1],
    [['{"left":1}'], /^Block 0 is wrong: the first row, which names the history, is left out/, 2],
    [["[]"], /^Block 9 is wrong: a line is none of an export of the chain/],
    [['{"damaged":"row 19 is missing"}'], /^Block 9 is wrong: row 19 is missing/],
    [[(lines[0] ?? "").replace(/"filter":.*/, '"filter":null}')], /is left out, and there is no filter/, 0],
  ];
  for (const [by, words, place = at] of changed) {
    const [code, text] = await prove(lines.toSpliced(place, 1, ...by).join("\n"));
    equal(code, 1, text);
    match(text, words);
  }
  const last = lines.findLastIndex((line) => line.includes('"block"'));
  match((await prove(lines.slice(0, last).join("\n")))[1], /the export ends before block 9, up to which it was made/);
});

Deno.test("api 3: a year of checkpoints, one an hour, is held against a history here and by its server, each of them", async () => {
  await using server = await startServer({ args: ["--safe"] });
  using folder = temporaryFolder();
  const file = `${folder.path}/checkpoints.jsonl`;
  const env = { SWITCHROOM_TOKEN: server.token };
  const line = (await cli(["history", "checkpoint", "--data", server.data])).stdout.trim();
  const wrong = JSON.stringify({ ...JSON.parse(line), block: 0, hash: "b".repeat(64) });
  for (const where of [["--data", server.data], ["--url", server.url]]) {
    await Deno.writeTextFile(file, `${line}\n`.repeat(8_760));
    const ended = await cli(["history", "verify", "--checkpoint", file, ...where], { env });
    match(ended.stdout, /^The history is whole: /);
    match(ended.stderr, /^All 8760 checkpoints are in it\n/);
    // The oldest comes with the last part.
    await Deno.writeTextFile(file, `${wrong}\n${`${line}\n`.repeat(1_000)}`);
    const other = await cli(["history", "verify", "--checkpoint", file, ...where], { env });
    deepEqual([other.code, /^Block 0 is wrong: .*; a checkpoint says b{64}: /.test(other.stdout)], [1, true]);
  }
});

Deno.test("a torn line of a file of checkpoints is named, and what the others prove holds", async () => {
  using folder = temporaryFolder();
  const { kept } = await someHistory(folder.path);
  const file = `${folder.path}/checkpoints`;
  const lines = kept.map((one) => JSON.stringify(one));
  const asked = ["--file", `${folder.path}/history.db`, "--checkpoint", file];
  const torn = lines[2]?.slice(0, 40) ?? "";
  await Deno.writeTextFile(file, `${lines[0]}\n${lines[1]}\n${torn}`);
  const last = await verify(...asked);
  equal(last.code, 1);
  match(
    last.stdout,
    /^The history is whole: \d+ blocks, 22 rows\nLine 3 of \S+ is torn and no checkpoint: nothing is known of what was said there, and what the others prove holds\n$/,
  );
  equal(last.stderr, "All 2 checkpoints are in it\n");
  // As the server goes on behind a power cut, which may leave zeros, too.
  await Deno.writeTextFile(file, `${torn}\n${lines[1]}\n\0\0\0\n${lines[3]}\n`);
  const [found] = jsonLines(await verify(...asked, "--json"));
  deepEqual([found?.["ok"], found?.["firstBad"]], [false, undefined]);
  deepEqual(found?.["checkpoints"], [{ file, read: 2, torn: [1, 3] }]);
  const from = await verify("--file", `${folder.path}/history.db`, "--from", file);
  deepEqual([from.code, from.stdout.split("\n")[0]], [
    1,
    `The history is whole behind block ${kept[3]?.block}: 2 blocks, 6 rows`,
  ]);
  // The others still say where it is wrong.
  await Deno.writeTextFile(file, `${JSON.stringify({ ...kept[1], hash: "0".repeat(64) })}\n${torn}`);
  const wrong = await verify(...asked);
  equal(wrong.code, 1);
  match(wrong.stdout, /^Block \d+ is wrong: .*; a checkpoint says 0{64}: .*\nLine 2 of \S+ is torn/);
  await Deno.writeTextFile(file, torn);
  refused(await verify(...asked), { code: 2, words: /Cannot use the checkpoints of \S+: there is no whole one in it/ });
});

Deno.test("api 3: the checkpoints that are named are checked for their signatures, and the lines that do not fit a key are named", async () => {
  using folder = temporaryFolder();
  const { kept } = await someHistory(folder.path);
  const [file, key] = [`${folder.path}/checkpoints`, `${folder.path}/public.pem`];
  const [own, other] = [newKeys(), newKeys()];
  const [signOwn, signOther] = [signerOf(own.privateKey), signerOf(other.privateKey)];
  const checkpoints = kept as [Checkpoint, Checkpoint, Checkpoint, ...Checkpoint[]];
  const [first, second, third, ...others] = checkpoints;
  const asked = ["--file", `${folder.path}/history.db`, "--checkpoint", file, "--key", key];
  const keep = (lines: readonly unknown[]) =>
    Deno.writeTextFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  await Deno.writeTextFile(key, own.publicKey);
  await keep(checkpoints.map(signOwn));
  const right = await verify(...asked);
  deepEqual([right.code, right.stderr], [
    0,
    `All 6 checkpoints are in it\nSigned with the key of ${key}: 6 of ${file}\n`,
  ]);

  const { key: named, ...nameless } = signOwn(third);
  ok(named);
  await keep([
    signOwn(first),
    second,
    signOther(third),
    { ...signOwn(third), at: first.at },
    { ...signOther(third), key: named },
    { ...signOwn(third), signature: 7 },
    nameless,
    ...others.map(signOwn),
  ]);
  const found = await verify(...asked);
  equal(found.code, 1);
  const lines = found.stdout.trimEnd().split("\n");
  match(lines[0] ?? "", /^The history is whole: /);
  deepEqual(lines.slice(1), [
    `Line 2 of ${file} is not signed at all`,
    `Line 3 of ${file} is signed with another key`,
    `Lines 4, 5, 6 of ${file} are not signed as they stand there: what they say or their signature was changed`,
  ]);
  match(found.stderr, /\nSigned with the key of \S+: 5 of /);
  const [shown] = jsonLines(await verify(...asked, "--json"));
  deepEqual([shown?.["ok"], shown?.["checkpoints"]], [
    false,
    [{ file, read: 10, signed: 5, unsigned: [2], otherKey: [3], wrong: [4, 5, 6] }],
  ]);
  // What is taken for right must be signed, too.
  await keep([first]);
  const from = await verify("--file", `${folder.path}/history.db`, "--from", file, "--key", key);
  deepEqual([from.code, /Line 1 of \S+ is not signed at all/.test(from.stdout)], [1, true]);

  for (
    const [pem, words] of [
      [own.privateKey, /Cannot use the key \S+: it must be a public key of Ed25519 in PEM, as history key prints it/],
      ["nothing", /Cannot use the key \S+: it must be a public key of Ed25519/],
    ] as const
  ) {
    await Deno.writeTextFile(key, pem);
    refused(await verify(...asked), { code: 2, words });
  }
  refused(await verify("--key", key), { code: 2, words: /--key checks the signatures of checkpoints: name a file/ });
});

Deno.test("what cannot be verified is refused in words", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/file`;
  const checkpoint = ["--checkpoint", file];
  const wrong: [text: string, args: string[], words: RegExp][] = [
    ["a letter to a friend", ["--file", file], /is neither a history nor an export of the chain/],
    [
      '{"chain":7,"historyId":"","upTo":{"block":0,"hash":""}}\n',
      ["--file", file],
      /has the form 7, which is not known/,
    ],
    ["", checkpoint, /Cannot use the checkpoints of \S+: there is none in it/],
    ["{}\n", checkpoint, /block of line 1 is no number of a block/],
    ['\n{"block":1,"hash":"A"}', checkpoint, /hash of line 2 is not 64 lower-case hex digits/],
    [`{"block":1,"hash":"${"a".repeat(64)}"}\nnothing`, checkpoint, /\S+: line 2 is no JSON\./],
    [" ".repeat(33_554_433), checkpoint, /it has 33554433 bytes, at most 33554432 are read/],
    ["nothing", ["--from", file], /Each line must be as history checkpoint prints it/],
  ];
  for (const [text, args, words] of wrong) {
    await Deno.writeTextFile(file, text);
    refused(await verify(...args), { code: 2, words });
  }
  refused(await verify("--file", file, "--url", "http://127.0.0.1:1"), {
    code: 2,
    words: /--file cannot go with --url/,
  });
  refused(await verify("--file", file, "--data", folder.path), { code: 2, words: /--file cannot go with --data/ });
  refused(await verify("--file", `${file}.none`), { code: 1, words: /Cannot read \S+none: No such file/ });
});

Deno.test({
  name: "on a terminal a check shows how far it is",
  ignore: !await hasPython(),
  async fn() {
    using folder = temporaryFolder();
    {
      await using opened = await openIn(folder.path);
      await Promise.all(Array.from({ length: 20_000 }, () => opened.history.note(connected())));
    }
    const [, progress = ""] = (await onTerminal(["history", "verify", "--data", folder.path])).split("\r\u001b[2K");
    match(progress, /^\[#*-*\] +\d+ % {2}0:\d\d, 0:\d\d left {2}row \d+$/);
  },
});
