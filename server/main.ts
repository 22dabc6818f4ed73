/**
 * The program: reads the command line and runs one command.
 *
 * @module
 */
import deno from "../deno.json" with { type: "json" };
import { COMMANDS } from "./command/commands.ts";
import { EXIT, internalError } from "./command/exit.ts";
import { readArguments } from "./command/line/arguments.ts";
import { help } from "./command/line/help.ts";
import { print, printable } from "./command/line/output.ts";

async function main(args: string[]): Promise<number> {
  const asked = readArguments(args, COMMANDS);
  if (asked.kind === "run") return await asked.command.run(args);
  print(asked.kind === "version" ? deno.version : help(asked.of));
  return EXIT.orderly;
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error && "exitCode" in error && typeof error.exitCode === "number")) internalError(error);
  console.error(printable(`switchroom: ${error.message}`));
  return error.exitCode;
}

globalThis.addEventListener("unhandledrejection", (event) => internalError(event.reason));
Deno.exit(await main(Deno.args).catch(exitCodeOf));
