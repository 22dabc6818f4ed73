import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { skipLoudly } from "../faults/temporary.ts";
import { collect } from "../harness/printed.ts";
import { WrongUse } from "./options.ts";
import { checkOut, describeHead } from "./revision.ts";

/** Why not: a tree that was unpacked has no revisions. */
const without = await describeHead().then(() => undefined, (error: Error) => error.message);
const ignore = skipLoudly(without, "other revisions of the benchmark");

const MAIN = new URL("main.ts", import.meta.url).pathname;

/** The flags that the task gives it. */
const FLAGS = deno.tasks.bench.command.split(" ").filter((word) => word.startsWith("--"));

/** What is in a folder. */
const namesIn = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);

Deno.test(
  "another revision is a folder of its own with a whole tree, and is gone at the end of its block",
  { ignore },
  async () => {
    let folder: URL;
    {
      await using revision = await checkOut("HEAD");
      folder = revision.checkout;
      match(revision.commit, /^[0-9a-f]{7,40}$/);
      ok((await Deno.stat(new URL("server/main.ts", folder))).isFile);
    }
    await rejects(Deno.stat(folder), Deno.errors.NotFound);
  },
);

Deno.test("a revision that is not there is refused by its name", { ignore }, async () => {
  const refused = (error: unknown) =>
    error instanceof WrongUse && /no revision "no-such-branch" here/.test(error.message);
  await rejects(checkOut("no-such-branch"), refused);
});

Deno.test(
  "a comparison that is interrupted leaves no folder behind, and says so by its exit code",
  { ignore },
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", ...FLAGS, MAIN, "--against", "HEAD"],
        env: { TMPDIR: folder },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const printed = collect([child.stdout, child.stderr]);
      const exit = child.status.finally(() => printed.end());
      await printed.match(/(measuring \S+ against)/);
      ok((await namesIn(folder)).some((name) => name.startsWith("switchroom_revision_")));
      child.kill("SIGTERM");
      equal((await exit).code, 130, printed.text());
      match(printed.text(), /Interrupted/);
      deepEqual(await namesIn(folder), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
