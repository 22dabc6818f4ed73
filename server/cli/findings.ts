/**
 * What was found, as it is printed: a mark, what was looked at, how it is and what to do.
 *
 * @module
 */
import { printable } from "../core/contract/text.ts";
import type { Finding, State } from "./doctor/mod.ts";
import { paint, print, printJson } from "./output.ts";

const MARKS: Readonly<Record<State, string>> = {
  good: paint("green", "✓"),
  odd: paint("yellow", "!"),
  bad: paint("red", "✗"),
};

/**
 * Prints findings as they come.
 *
 * @returns Whether none is bad.
 */
export async function printFindings(findings: AsyncIterable<Finding>, json: boolean | undefined): Promise<boolean> {
  let sound = true;
  for await (const finding of findings) {
    sound &&= finding.state !== "bad";
    if (json) printJson(finding);
    else print(lineOf(finding));
  }
  return sound;
}

function lineOf({ part, state, says, remedy }: Finding): string {
  return `${MARKS[state]} ${printable(`${part}: ${says}${remedy === undefined ? "" : `. ${remedy}`}`)}`;
}
