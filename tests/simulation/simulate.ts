import { violations } from "./model.ts";
import { run, type Subject } from "./run.ts";

/** What came of a number of histories. */
export interface Simulated {
  /** Histories that were run. */
  runs: number;
  /** Requests that were accepted in them. */
  requests: number;
  /** The first history that broke a rule, and how. */
  violation: { seed: number; words: string[] } | undefined;
}

/** Runs a history for each seed from `seed` on, until one breaks a rule. */
export async function simulate(options: { subject: Subject; seed: number; runs: number }): Promise<Simulated> {
  let requests = 0;
  for (let count = 0; count < options.runs; count++) {
    const seed = options.seed + count;
    const trace = await run(seed, options.subject);
    requests += trace.filter((seen) => seen.kind === "acceptedRow").length;
    const words = violations(trace);
    if (words.length > 0) return { runs: count + 1, requests, violation: { seed, words } };
  }
  return { runs: options.runs, requests, violation: undefined };
}
