import { deepEqual, equal, match } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { writeFormat1 } from "../history/format_1.ts";
import { rowOf } from "../history/support.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

/** What lies in a folder, to the byte. */
function lookOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile)
    .map(({ name }) => `${name} ${Deno.readFileSync(`${folder}/${name}`).toHex()}`).sort();
}

Deno.test("a checkpoint is printed of a server that runs, of one that was stopped, of one that was killed, and of a copy; all are in the chain", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const token = crypto.randomUUID();
  const checkpoint = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(["history", "checkpoint", ...args]);
    deepEqual([code, stdout.trimEnd().split("\n").length], [0, 1], stderr);
    return { line: stdout, stderr };
  };
  const kept: string[] = [];
  {
    await using server = await startServer({ data, token, args: ["--safe"] });
    const { line, stderr } = await checkpoint("--data", data);
    equal(stderr, "");
    kept.push(line);
    await server.stop();
    match(server.output(), /history: checkpoint [^\n]*\n$/);
    const before = lookOf(data);
    const stopped = await checkpoint("--data", data);
    deepEqual([lookOf(data), stopped.stderr], [before, ""]);
    match(
      server.output(),
      new RegExp(`block=${JSON.parse(stopped.line).block} hash=${JSON.parse(stopped.line).hash} `),
    );
    kept.push(stopped.line);
  }
  await Deno.copyFile(`${data}/history.db`, `${folder.path}/copy.db`);
  kept.push((await checkpoint("--file", `${folder.path}/copy.db`)).line);
  equal(kept[2], kept[1]);
  deepEqual(lookOf(folder.path).length, 1);
  {
    await using server = await startServer({ data, token, args: ["--safe"] });
    await server.kill();
    kept.push((await checkpoint("--data", data)).line);
  }
  await using _server = await startServer({ data, token, args: ["--safe"] });
  for (const line of kept) {
    await Deno.writeTextFile(`${folder.path}/kept.json`, line);
    equal((await cli(["history", "verify", "--checkpoint", `${folder.path}/kept.json`, "--data", data])).code, 0);
  }
});

Deno.test("a checkpoint of a file of format 1 needs no migration, and what is no history is refused", async () => {
  using folder = temporaryFolder();
  await writeFormat1(folder.path, [[rowOf("withdrawn", [9])]]);
  const file = `${folder.path}/history.db`;
  const [printed] = jsonLines(await cli(["history", "checkpoint", "--file", file]));
  deepEqual(Object.keys(printed ?? {}), ["historyId", "block", "hash", "at"]);
  await Deno.writeTextFile(`${folder.path}/other`, "no database");
  refused(await cli(["history", "checkpoint", "--file", `${folder.path}/other`]), { code: 2, words: /other/ });
  refused(await cli(["history", "checkpoint", "--file", `${folder.path}/none`]), { code: 2, words: /none/ });
  refused(await cli(["history", "checkpoint", "--data", `${folder.path}/none`]), { code: 1, words: /There is no/ });
  refused(await cli(["history", "checkpoint", "--file", file, "--data", folder.path]), {
    code: 2,
    words: /--file names a file, and --data, --url, --token-file and --ca a server/,
  });
});
