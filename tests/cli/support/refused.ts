import { deepEqual, match } from "node:assert/strict";
import type { Ended } from "./cli.ts";

/** The answer to what cannot be done: an exit code, nothing for scripts, and one line for people. */
export function refused(
  { code, stdout, stderr }: Ended,
  { code: expected, words }: { code: number; words: RegExp },
): void {
  match(stderr, words);
  match(stderr, /^switchroom: /);
  deepEqual({ code, stdout, lines: stderr.split("\n").length }, { code: expected, stdout: "", lines: 2 }, stderr);
}
