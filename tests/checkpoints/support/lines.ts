import { ok } from "node:assert/strict";
import type { Checkpoint } from "../../../server/core/contract/history.ts";

/** The checkpoints of a file, each a whole line. */
export function linesOf(path: string): Checkpoint[] {
  const text = Deno.readTextFileSync(path);
  ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}
