/**
 * The verifier: a worker for one check of the chain. It reads and hashes for as long as the history is, which must stop
 * neither the loop nor the writer nor the questions of others.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { delay } from "@std/async/delay";
import type { KeptCheckpoint, Verdict } from "../../core/contract/history.ts";
import { withBeside } from "../sqlite/beside_chain.ts";
import { openForReading } from "../sqlite/database.ts";
import { ChainWalk, SLICE_ROWS } from "../sqlite/verify.ts";
import { answerCalls } from "./link.ts";

/** Makes the pause between two pieces of work, so long that they take no more than a part of a processor. */
function pausing(share: number): () => Promise<void> {
  let began = performance.now();
  return async () => {
    const rest = (performance.now() - began) * (1 / share - 1);
    await (rest > 0 ? delay(rest) : setImmediate());
    began = performance.now();
  };
}

const calls = {
  /** Checks the chain of a file, and what stands beside it. */
  async verify(
    { file, kept, share = 1 }: { file: string; kept: KeptCheckpoint[]; share?: number | undefined },
  ): Promise<Verdict> {
    const pause = pausing(share);
    using database = openForReading(file);
    const walk = new ChainWalk(database, kept);
    for (;;) {
      const verdict = walk.next(SLICE_ROWS);
      if (verdict) return await withBeside(verdict, { database, pause });
      // Only between two turns of its loop can a worker be ended.
      await pause();
    }
  },
};

/** What the verifier can be called for. */
export type VerifierCalls = typeof calls;

answerCalls(calls);
