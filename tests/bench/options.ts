/**
 * What the command line asks the benchmark for.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** What is asked for: one thing at a time. */
export type Asked =
  | { mode: "figures"; json: boolean }
  | { mode: "against"; revision: string; turns: number; json: boolean }
  | { mode: "gate" | "keep" | "profile" | "threads" | "beside" };

const MODES = ["against", "gate", "keep", "profile", "threads", "beside"] as const;
const TURNS = 5;
/** What no number of turns, rounds or seconds exceeds. */
const MOST = 100;

/** What was asked for cannot be done; the message says why, and nothing else is to be seen of it. */
export class WrongUse extends Error {
  override name = "WrongUse";
}

/**
 * Reads the words behind `deno task bench`.
 *
 * @throws {WrongUse} If they cannot be meant.
 */
export function parseOptions(args: readonly string[]): Asked {
  const values = readWords({
    args: [...args],
    options: {
      against: { type: "string" },
      gate: { type: "boolean" },
      keep: { type: "boolean" },
      profile: { type: "boolean" },
      threads: { type: "boolean" },
      beside: { type: "boolean" },
      json: { type: "boolean", default: false },
      turns: { type: "string" },
    },
  });
  const asked = MODES.filter((mode) => values[mode] !== undefined);
  if (asked.length > 1) {
    throw new WrongUse(
      `${asked.map((mode) => `--${mode}`).join(" and ")} measure different things: ask for one at a time`,
    );
  }
  const [mode = "figures"] = asked;
  const { json, against: revision = "", turns } = values;
  if (turns !== undefined && mode !== "against") {
    throw new WrongUse("--turns is how many turns --against takes: REV is missing");
  }
  if (json && mode !== "against" && mode !== "figures") throw new WrongUse(`--${mode} prints words, and no --json`);
  if (mode === "figures") return { mode, json };
  if (mode !== "against") return { mode };
  return { mode, revision, turns: turns === undefined ? TURNS : wholeNumber("--turns", turns), json };
}

/** The number that an option says. @throws {WrongUse} If it is none that can be meant. */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MOST) return number;
  throw new WrongUse(`${option} is a whole number from 1 to ${MOST}, not ${JSON.stringify(text)}`);
}

/** `parseArgs`, with {@linkcode WrongUse} for what it refuses. */
export function readWords<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>>["values"] {
  try {
    return parseArgs(config).values;
  } catch (cause) {
    throw new WrongUse(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
