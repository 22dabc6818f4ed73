import { retry } from "@std/async/retry";
import { deepEqual, equal, ok } from "node:assert/strict";
import { processorSeconds, processTree } from "./process_tree.ts";

const OFTEN = { minTimeout: 10, maxTimeout: 100, jitter: 0, maxAttempts: 200 };

Deno.test({
  name: "the processor time of a process has that of those that it has started",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command("sh", { args: ["-c", "sh -c 'while :; do :; done' & wait"], stdout: "null" })
      .spawn();
    try {
      await retry(async () => equal((await processTree(child.pid)).length, 2), OFTEN);
      await retry(async () => ok(await processorSeconds(child.pid) > 0.05), OFTEN);
    } finally {
      for (const pid of await processTree(child.pid)) Deno.kill(pid, "SIGKILL");
      await child.status;
    }
  },
});

Deno.test("of a process that is not there nothing is known", async () => {
  deepEqual(await processTree(2 ** 30), []);
  ok(Number.isNaN(await processorSeconds(2 ** 30)));
});
