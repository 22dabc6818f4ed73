import { deepEqual, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ExportFilter } from "../../server/core/contract/history.ts";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, connected, openIn, pieces, rowOf, someFact, temporaryFolder } from "./support.ts";

/** The check of docs/history-format.md, as it stands there. */
function program(): string {
  const page = Deno.readTextFileSync(new URL("../../docs/history-format.md", import.meta.url));
  return /```python\n(.*?)```/s.exec(page)?.[1] ?? "";
}

/** Runs it, and tells the memory that it took at most, in bytes. */
async function python(...files: string[]): Promise<{ ok: boolean; out: string; error: string; bytes: number }> {
  const measured =
    `${program()}\nprint([line for line in open("/proc/self/status") if "VmHWM" in line][0].split()[1])\n`;
  const { success, stdout, stderr } = await new Deno.Command("python3", { args: ["-c", measured, ...files] }).output();
  const [out = "", bytes = ""] = new TextDecoder().decode(stdout).split("\n");
  return { ok: success, out, error: new TextDecoder().decode(stderr), bytes: Number(bytes) * 1_024 };
}

const isThere = await new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name:
    "the Python of docs/history-format.md checks both formats in 100 MB, says where the chain ends, and names what was changed",
  ignore: !isThere,
  async fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/history.db`;
    const accepted = rowOf("accepted", [
      5,
      "setLamp",
      "v:1",
      "v",
      "a-1",
      "Réception",
      "t-1",
      "h-1",
      "r",
      '{"lamp":12}',
    ]);
    await writeFormat1(folder.path, [[accepted], [rowOf("withdrawn", [9]), accepted]]);
    let hash: string;
    {
      await using opened = await openIn(folder.path);
      const { history } = opened;
      await Promise.all(Array.from({ length: 2_000 }, async (_, index) => {
        const id = await history.accept(acceptance({ reference: "\u2028é\ud83d\ude00\u0001"[index % 5] ?? "" }));
        await history.complete(completion(id, { message: "Ünwohl", outcome: "failed", result: -1, tookUs: index }));
        await history.note(someFact());
      }));
      ({ hash } = await opened.audit.checkpoint());
    }
    const whole = await python(file);
    ok(whole.ok, whole.error);
    match(
      whole.out,
      new RegExp(
        `^ok: 6006 rows, newest block \\d+, hash ${hash}, ` +
          "6006 shown, 0 left out, 0 not proven, 0 blocks with a checkpoint, 0 rows not sealed yet$",
      ),
    );
    ok(whole.bytes > 0 && whole.bytes < 100_000_000, `${whole.bytes} bytes`);
    {
      using database = new DatabaseSync(file);
      database.exec("drop trigger completed_is_never_changed");
      const { changes } = database.prepare("update completed set message = 'Wohl' where seq between 3000 and 3020")
        .run();
      ok(changes > 0);
    }
    const changed = await python(file);
    deepEqual([changed.ok, changed.out], [false, ""]);
    match(changed.error, /AssertionError: row 30\d\d of block \d+ has been changed/);
  },
});

/** A history of both formats and two phones, and what an auditor takes away of it. */
async function exported(path: string) {
  const desk = ["setLamp", "v:9", "v", "a-1", "Réception", "t-1", "h-1", "r"];
  await writeFormat1(path, [[rowOf("accepted", [5, ...desk, '{"lamp":12}'])], [rowOf("withdrawn", [9])]]);
  await using opened = await openIn(path);
  const { history, audit } = opened;
  for (let count = 0; count < 2_000; count++) {
    const phone = `v:${count % 2}`;
    const id = await history.accept(acceptance({ phone, reference: "\u2028é\ud83d\ude00\u0001"[count % 5] ?? "" }));
    await history.complete(completion(id, { message: "Ünwohl", outcome: "failed", result: -1, tookUs: count }));
    await history.note(connected(phone));
  }
  const chain = async (filter: ExportFilter) => (await pieces(audit, { filter, format: "chain" })).join("");
  const checkpoint = await audit.checkpoint();
  return {
    checkpoint,
    whole: await chain({}),
    filtered: await chain({ phones: ["v:1"] }),
    old: await chain({ phone: "v:9" }),
  };
}

Deno.test({
  name:
    "the same Python proves an export of the chain alone, in 100 MB, also where rows are left out, and names what was changed in it",
  ignore: !isThere,
  async fn() {
    using folder = temporaryFolder();
    const { checkpoint: { historyId, block, hash }, whole, filtered, old } = await exported(folder.path);
    const [file, kept] = [`${folder.path}/chain.jsonl`, `${folder.path}/kept`];
    const prove = async (text: string, ...more: string[]) => {
      await Deno.writeTextFile(file, text);
      return await python(file, ...more);
    };
    const all = await prove(whole);
    const counts = (shown: number, { unproven = 0, checkpoints = 0, filter = "null" }) =>
      `ok: 6004 rows, newest block ${block}, hash ${hash}, ${shown} shown, ${6004 - shown} left out, ` +
      `${unproven} not proven, ${checkpoints} blocks with a checkpoint, filter ${filter}`;
    deepEqual([all.error, all.out], ["", counts(6004, {})]);
    ok(all.bytes > 0 && all.bytes < 100_000_000, `${all.bytes} bytes`);
    ok(filtered.length < whole.length * 0.8 && !filtered.includes('"v:0"'));
    await Deno.writeTextFile(kept, `${JSON.stringify({ historyId, block, hash, signature: "x" })}\n`);
    const part = await prove(filtered, kept);
    const shown = filtered.split('{"row"').length - 1;
    ok(shown > 2_000 && shown < 4_000);
    deepEqual([part.error, part.out], [
      "",
      counts(shown, { unproven: 2, checkpoints: 1, filter: '{"phones":["v:1"]}' }),
    ]);
    await Deno.writeTextFile(kept, `${JSON.stringify({ historyId: "f".repeat(32), block, hash })}\n`);
    match((await prove(filtered, kept)).error, /it is the history .*, and the checkpoints are of /);
    await Deno.writeTextFile(kept, "");
    match((await prove(filtered, kept)).error, /there is no checkpoint in that file/);
    await Deno.writeTextFile(kept, `${JSON.stringify({ block, hash: "0".repeat(64) })}\n`);
    match((await prove(filtered, kept)).error, /block \d+ is another one in a checkpoint/);

    const one = JSON.stringify({ historyId, block, hash });
    for (
      const [text, torn] of [[`${one}\n${one.slice(0, 30)}`, [2]], [`\0\0\n\n${one}\n{\n${one}\n`, [1, 4]]] as const
    ) {
      await Deno.writeTextFile(kept, text);
      const { ok: stands, out, error } = await prove(whole, kept);
      deepEqual([stands, error], [false, ""]);
      const words = `NOT READ: lines [${
        torn.join(", ")
      }] of the checkpoints, which are torn; by the others ok: 6004 rows, `;
      deepEqual([out.startsWith(words), out.includes("1 blocks with a checkpoint")], [true, true], out);
    }
    await Deno.writeTextFile(kept, `${one}\nnothing\n`);
    match((await prove(whole, kept)).error, /line 2 of the checkpoints is no JSON/);
    await Deno.writeTextFile(kept, one.slice(0, 30));
    match((await prove(whole, kept)).error, /there is no checkpoint in that file/);

    const unsure = await prove(old);
    deepEqual([unsure.ok, unsure.error], [false, ""]);
    match(
      unsure.out,
      /^NOT PROVEN: 1 of the rows that are shown: 6004 rows, .* 3 shown, 6001 left out, 1 not proven, /,
    );

    const lines = filtered.split("\n");
    const at = (part: string) => lines.findIndex((line, place) => place > lines.length / 2 && line.includes(part));
    const changed = (place: number, ...by: string[]) => lines.toSpliced(place, 1, ...by).join("\n");
    const [row, left, head] = [at('"accepted"'), at('"hashes"'), at('"block"')];
    const [of, hashes, last] = [
      lines[row] ?? "",
      lines[left] ?? "",
      lines.findLastIndex((one) => one.includes('"block"')),
    ];
    for (
      const [text, words] of [
        [changed(row, of.replace("v:1", "v:2")), /block \d+ has been changed/],
        [changed(row, of.replace("lamp", "lump")), /row \d+ has been changed/],
        [changed(row), /row \d+ is missing|has other rows than it covers/],
        [changed(row, of, of), /row \d+ is missing/],
        [changed(left, hashes.replace(/\["./, '["x')), /block \d+ has been changed/],
        [changed(left), /row \d+ is missing|has other rows than it covers/],
        [changed(head), /row \d+ is missing|has other rows than it covers/],
        [changed(head, (lines[head] ?? "").replace("{", '{"row":[1,"accepted"],')), /a line is none of an export/],
        [changed(head, lines[head] ?? "", '{"fact":"anything"}'), /a line is none of an export/],
        [changed(row, of.replace("{", '{"row":[],')), /a line is none of an export/],
        [
          changed(head, (lines[head] ?? "").replace(/,2,(\d+,"\w+"\])/, ",1,$1")),
          /has format 1 behind 2|is not shown whole|has been changed/,
        ],
        [changed(2, '{"left":1}'), /it is the history \[\]/],
        [
          changed(head, (lines[head] ?? "").replace(/"hash":"./, '"hash":"x')),
          /block \d+ (does not follow the one before|has been changed)/,
        ],
        [lines.slice(0, last).join("\n"), /its end has been cut off/],
        [changed(0, (lines[0] ?? "").replace(/"historyId":"../, '"historyId":"xx')), /it is of another history/],
        [
          changed(0, (lines[0] ?? "").replace(/"filter":.*/, '"filter":null}')),
          /row \d+ is left out, and there is no filter/,
        ],
      ] as const
    ) {
      const { ok: stands, error } = await prove(text);
      deepEqual([stands, words.test(error)], [false, true], `${words}: ${error}`);
    }
  },
});

Deno.test({
  name: "the example of an export in docs/history-format.md is proven by the Python of the same page",
  ignore: !isThere,
  async fn() {
    using folder = temporaryFolder();
    const page = Deno.readTextFileSync(new URL("../../docs/history-format.md", import.meta.url));
    const [, example = "", last = ""] = /```jsonl\n(.*?)```\n\nWithout the last row, `(.*?)`/s.exec(page) ?? [];
    const file = `${folder.path}/chain.jsonl`;
    for (const text of [example, example.replace(/[^\n]*\n$/, `${last}\n`)]) {
      await Deno.writeTextFile(file, text);
      const { out } = await python(file);
      match(out, /^ok: 7 rows, newest block 3, hash 3522\w{60}, /);
      match(out, /, 4 not proven, 0 blocks with a checkpoint, filter {"from":"2025-06-15T15:06:42.000Z"}$/);
    }
  },
});
