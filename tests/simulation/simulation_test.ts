import { equal, ok } from "node:assert/strict";
import { REAL } from "./real.ts";
import { run } from "./run.ts";
import { simulate } from "./simulate.ts";

const RUNS = 20_000;

Deno.test(`the close rules and the order of operations (R101) are kept in ${RUNS} random histories`, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`histories from seed ${seed} on: deno task simulate --seed ${seed} --runs ${RUNS}`);
  const { violation, requests } = await simulate({ subject: REAL, seed, runs: RUNS });
  equal(violation, undefined);
  ok(requests > RUNS, `only ${requests} requests were accepted: the histories exercise too little`);
});

Deno.test("a history is the same again from the same seed", async () => {
  equal(JSON.stringify(await run(7, REAL)), JSON.stringify(await run(7, REAL)));
});

Deno.test("the histories reach every outcome and every way of closing", async () => {
  const reached = new Set<string>();
  for (let seed = 1; seed <= 400; seed++) {
    for (const seen of await run(seed, REAL)) {
      if (seen.kind === "completedRow") reached.add(`${seen.row.outcome} ${seen.row.cause ?? "-"} ${seen.row.reply}`);
      if (seen.kind === "withdrawnRow") reached.add("withdrawn");
    }
  }
  const expected = [
    "succeeded - sent",
    "succeeded - suppressed",
    "failed - sent",
    "aborted close suppressed",
    "aborted shutdown suppressed",
    "aborted leaseExpired suppressed",
    "aborted forcedClose sent",
    "aborted phoneRemoved sent",
    "aborted pluginStop sent",
    "aborted serverStop sent",
    "timedOut deadline sent",
    "lost closeDeadline suppressed",
    "lost pluginCrash sent",
    "lost pluginHang sent",
    "lost protocolError sent",
    "withdrawn",
  ];
  equal(expected.filter((one) => !reached.has(one)).join(), "");
});
