/**
 * The verifier: a worker for one check of the chain. It reads and hashes for as long as the history is, which must stop
 * neither the loop nor the writer nor the questions of others.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { delay } from "@std/async/delay";
import type { Check, Progress, Verdict } from "../../core/contract/history.ts";
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

let open: { database: DatabaseSync; walk: ChainWalk; pause: () => Promise<void> } | undefined;

const calls = {
  /** Begins to check the chain of a file. */
  begin({ file, share = 1, ...check }: { file: string } & Pick<Check, "kept" | "from" | "share">): void {
    const database = openForReading(file);
    open = { database, walk: new ChainWalk(database, check), pause: pausing(share) };
  },
  /** Looks at the next slice of the chain; at its end at what stands beside it, with pauses in which it can be ended. */
  async next(): Promise<Verdict | Progress> {
    if (!open) throw new Error("The verifier was called before it had begun");
    const { database, walk, pause } = open;
    const verdict = walk.next(SLICE_ROWS);
    if (verdict) return await withBeside(verdict, { database, pause });
    await pause();
    return walk.progress;
  },
};

/** What the verifier can be called for. */
export type VerifierCalls = typeof calls;

answerCalls(calls);
