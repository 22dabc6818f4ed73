/**
 * What the command line asks the peers' bench for.
 *
 * @module
 */
import { readWords, wholeNumber } from "../options.ts";

/** What is asked for. */
export interface Asked {
  /** What the names of the rows have in them, any of these; every row if there are none. */
  only: string[];
  rounds: number;
  /** How long each load lasts. */
  seconds: number;
  /** A revision of ours that has a row of its own. */
  against?: string;
  /** Whether what was acknowledged is looked up in the stores afterwards. */
  check: boolean;
  json: boolean;
}

/** Reads the words behind `deno task bench:peers`. @throws {WrongUse} If they cannot be meant. */
export function parseOptions(args: readonly string[]): Asked {
  const { only = "", rounds = "3", seconds = "5", against, check, json } = readWords({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      against: { type: "string" },
      check: { type: "boolean", default: true },
      json: { type: "boolean", default: false },
    },
    allowNegative: true,
  });
  return {
    only: only.split(";").map((part) => part.trim()).filter((part) => part !== ""),
    rounds: wholeNumber("--rounds", rounds),
    seconds: wholeNumber("--seconds", seconds),
    ...against !== undefined && { against },
    check,
    json,
  };
}
