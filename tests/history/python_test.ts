import { deepEqual, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { writeFormat1 } from "./format_1.ts";
import { acceptance, completion, openIn, rowOf, someFact, temporaryFolder } from "./support.ts";

/** The check of docs/history-format.md, as it stands there. */
function program(): string {
  const page = Deno.readTextFileSync(new URL("../../docs/history-format.md", import.meta.url));
  return /```python\n(.*?)```/s.exec(page)?.[1] ?? "";
}

/** Runs it, and tells the memory that it took at most, in bytes. */
async function python(file: string): Promise<{ ok: boolean; out: string; error: string; bytes: number }> {
  const measured =
    `${program()}\nprint([line for line in open("/proc/self/status") if "VmHWM" in line][0].split()[1])\n`;
  const { success, stdout, stderr } = await new Deno.Command("python3", { args: ["-c", measured, file] }).output();
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
    match(whole.out, new RegExp(`^ok: 6006 rows, newest block \\d+, hash ${hash}, 0 rows not sealed yet$`));
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
