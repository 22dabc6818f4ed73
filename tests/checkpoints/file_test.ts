import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { fileTarget } from "../../server/checkpoints/mod.ts";
import { fill } from "../faults/full_disk.ts";
import { smallDisk, whyNoMount } from "../faults/mounts.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";
import { linesOf } from "./support/lines.ts";

const checkpoint = (block: number) => ({
  historyId: "000102030405060708090a0b0c0d0e0f",
  block,
  hash: "0".repeat(64),
  at: "2026-03-01T09:30:00.000Z",
});

const signal = AbortSignal.timeout(60_000);

Deno.test({
  name: "a disk that fills up within a line leaves whole lines, and takes the next when there is room again",
  ignore: skipLoudly(whyNoMount(), "checkpoints on a full disk"),
  async fn() {
    using disk = smallDisk(1);
    const file = `${disk.path}/checkpoints.jsonl`;
    const target = fileTarget(file);
    await target.send(checkpoint(0), signal);
    const ballast = await fill(disk.path);
    let blocks = 1;
    // What was given to the file has room for some more.
    await rejects(async () => {
      for (; blocks < 1_000; blocks++) await target.send(checkpoint(blocks), signal);
    }, /no space/i);
    ok(blocks > 1);
    deepEqual(linesOf(file).map(({ block }) => block), Array.from({ length: blocks }, (_, block) => block));
    await Deno.remove(ballast);
    await target.send(checkpoint(blocks), signal);
    equal(linesOf(file).at(-1)?.block, blocks);
  },
});

Deno.test("a file that was moved away is made anew, and one that ends within a line goes on with a whole one", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/checkpoints.jsonl`;
  const target = fileTarget(file);
  await target.send(checkpoint(1), signal);
  await Deno.rename(file, `${file}.1`);
  await target.send(checkpoint(2), signal);
  deepEqual([linesOf(`${file}.1`), linesOf(file)], [[checkpoint(1)], [checkpoint(2)]]);
  await Deno.writeTextFile(file, '{"historyId":"00');
  await target.send(checkpoint(3), signal);
  equal(await Deno.readTextFile(file), `{"historyId":"00\n${JSON.stringify(checkpoint(3))}\n`);
});

Deno.test("a write that fails takes nothing away of what was written behind it meanwhile", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/checkpoints.jsonl`;
  const target = fileTarget(file);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const { sync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.sync = () => (asked.resolve(), answer.promise);
  const failing = rejects(target.send(checkpoint(1), signal), /EIO/);
  await asked.promise.finally(() => Deno.FsFile.prototype.sync = sync);
  await target.send(checkpoint(2), signal);
  answer.reject(new Error("EIO"));
  await failing;
  deepEqual(linesOf(file), [checkpoint(1), checkpoint(2)]);
});
