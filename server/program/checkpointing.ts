/**
 * The checkpoints that a configuration asks for: which targets there are, and who hears of those that fail.
 *
 * @module
 */
import { Checkpoints, fileTarget, type Sign, urlTarget } from "../checkpoints/mod.ts";
import type { Fact } from "../core/contract/facts.ts";
import type { HistoryAudit } from "../core/contract/history.ts";
import type { Clock } from "../core/mod.ts";
import type { Configuration } from "./configuration/read.ts";
import { readSmallFile } from "./small_file.ts";
import { logCheckpoint, logNoCheckpoint } from "./watch/log.ts";

/** What {@linkcode checkpointing} needs. */
export interface CheckpointingOptions {
  readonly audit: Pick<HistoryAudit, "checkpoint" | "hasNews">;
  readonly sign: Sign | undefined;
  readonly clock: Clock;
  note(fact: Fact<"checkpointFailed" | "checkpointResumed">): void;
}

/** Makes ready what is configured; nothing is made before it begins. */
export function checkpointing(
  { everySeconds, log, file, url, tokenFile, timestamps }: Configuration["checkpoints"],
  { audit, sign, clock, note }: CheckpointingOptions,
): Checkpoints {
  const token = tokenFile === undefined ? undefined : async () => (await readSmallFile(tokenFile)).trim();
  return new Checkpoints({
    make: audit.checkpoint,
    isDue: audit.hasNews,
    sign,
    stampedBy: timestamps,
    clock,
    everyMs: everySeconds * 1_000,
    targets: [
      ...file === undefined ? [] : [fileTarget(file)],
      ...url === undefined ? [] : [urlTarget({ url, token })],
    ],
    log: log ? logCheckpoint : undefined,
    watch: {
      notMade: logNoCheckpoint,
      failed: (target, reason) => note({ type: "checkpointFailed", detail: { target, reason } }),
      resumed: (target) => note({ type: "checkpointResumed", detail: { target } }),
    },
  });
}
