/**
 * The verifier: a worker for one check of the chain. It reads and hashes for as long as the history is, which must stop
 * neither the loop nor the writer nor the questions of others.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { KeptCheckpoint, Verdict } from "../../core/contract/history.ts";
import { withBeside } from "../sqlite/beside_chain.ts";
import { openForReading } from "../sqlite/database.ts";
import { ChainWalk, SLICE_ROWS } from "../sqlite/verify.ts";
import { answerCalls } from "./link.ts";

const calls = {
  /** Checks the chain of a file, and what stands beside it. */
  async verify({ file, kept }: { file: string; kept: KeptCheckpoint[] }): Promise<Verdict> {
    using database = openForReading(file);
    const walk = new ChainWalk(database, kept);
    for (;;) {
      const verdict = walk.next(SLICE_ROWS);
      if (verdict) return await withBeside(verdict, { database, pause: setImmediate });
      // Only between two turns of its loop can a worker be ended.
      await setImmediate();
    }
  },
};

/** What the verifier can be called for. */
export type VerifierCalls = typeof calls;

answerCalls(calls);
