import { parseArgs } from "node:util";
import { wordsOf } from "../core/contract/errors.ts";
import { Misuse } from "./misuse.ts";

/**
 * Reads the command line: what is asked for, and the flags.
 *
 * @throws {Misuse} If a flag is not known or lacks its value.
 */
export function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: "string" },
        data: { type: "string" },
        listen: { type: "string" },
        safe: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new Misuse(wordsOf(error));
  }
}
