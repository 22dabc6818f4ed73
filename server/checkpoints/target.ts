/**
 * What every place has in common that checkpoints are brought to.
 *
 * @module
 */
import type { CheckpointTarget } from "../core/contract/facts.ts";
import type { Checkpoint } from "../core/contract/history.ts";

/** A place that checkpoints are brought to. */
export interface Target {
  /** What the configuration calls it. */
  readonly name: Exclude<CheckpointTarget, "timestamps">;
  /**
   * Brings a checkpoint there.
   *
   * @param signal Gives up.
   * @throws If it may not be there: the words say why, and name no secret.
   */
  send(checkpoint: Checkpoint, signal: AbortSignal): Promise<void>;
}

/** A checkpoint as it is brought: one line of JSON. */
export function jsonLine(checkpoint: Checkpoint): string {
  return `${JSON.stringify(checkpoint)}\n`;
}
