import { retry } from "@std/async/retry";
import { deepEqual, equal, ok } from "node:assert/strict";
import { processorSeconds, processTree } from "./process_tree.ts";
import { threadSeconds } from "./thread_seconds.ts";

const OFTEN = { minTimeout: 10, maxTimeout: 100, jitter: 0, maxAttempts: 200 };
/** A worker that computes, in a process that waits and has started one that computes too. */
const PROGRAM = `
  new Worker("data:text/javascript,for(;;);", { type: "module" });
  await new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn().status;
`;

Deno.test({
  name: "of a process and what it has started each thread's time is told apart, and all of it is told",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-run=sh", `${folder}/program.ts`],
      stdout: "null",
    }).spawn();
    try {
      await retry(async () => {
        const before = await processorSeconds(child.pid);
        const seconds = await threadSeconds(child.pid);
        const after = await processorSeconds(child.pid);
        ok((seconds.get("itself: worker") ?? 0) > 0.3);
        ok((seconds.get("started: own") ?? 0) > 0.3);
        ok((seconds.get("itself: own") ?? 0) < (seconds.get("itself: worker") ?? 0));
        equal(seconds.get("started: worker"), undefined);
        const all = [...seconds.values()].reduce((sum, one) => sum + one, 0);
        // A thread's times are rounded down, and a process knows of threads that have ended.
        ok(all > before * 0.8 && all <= after, `${before} ${all} ${after}`);
      }, OFTEN);
    } finally {
      for (const pid of await processTree(child.pid)) Deno.kill(pid, "SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("of the threads of a process that is not there nothing is known", async () => {
  deepEqual([...await threadSeconds(2 ** 30)], []);
});
