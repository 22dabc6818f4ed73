import { deepEqual, equal } from "node:assert/strict";
import { deadline } from "@std/async/deadline";
import type { ChainState } from "../../server/history/mod.ts";
import { health } from "../../server/program/health.ts";
import { openIn, temporaryFolder } from "../history/support.ts";

const LATER = 3_600_000;

Deno.test("api 1 readyz is ready and says so while the chain could not be checked, and no more when it could", async () => {
  using folder = temporaryFolder();
  let ended = Promise.withResolvers<ChainState>();
  await using opened = await openIn(folder.path, {
    bounds: { checkFirstMs: 1, checkEveryMs: 1, checkShare: 1, lookMs: LATER },
    onChecked(state) {
      ended.resolve(state);
      ended = Promise.withResolvers();
    },
  });
  const until = async (isFailed: boolean) => {
    for (;;) {
      const { failed } = await deadline(ended.promise, 60_000);
      if ((failed !== undefined) === isFailed) return;
    }
  };
  // What of them is asked, where all is well.
  const around = {
    lifecycle: { condition: { settled: true, stopping: false } },
    host: { conditions: () => [] },
    checkpoints: { states: [] },
  };
  const said = () => {
    const { ready, reasons, chain } = health(
      { ...around, opened, safe: false } as unknown as Parameters<typeof health>[0],
    );
    return { ready, reasons, state: chain?.state };
  };
  await until(false);
  deepEqual(said(), { ready: true, reasons: [], state: "whole" });
  await Deno.rename(`${folder.path}/history.db`, `${folder.path}/elsewhere.db`);
  await until(true);
  const reason = "The chain of the history could not be checked: the log says why";
  deepEqual(said(), { ready: true, reasons: [reason], state: "whole" });
  await Deno.rename(`${folder.path}/elsewhere.db`, `${folder.path}/history.db`);
  await until(false);
  equal(said().reasons.length, 0);
});
