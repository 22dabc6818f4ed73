/**
 * The program: reads the command line and runs one command.
 *
 * @module
 */
import { COMMANDS } from "./command/commands/mod.ts";
import { EXIT, exitOnFaults, internalError } from "./command/ending/exit.ts";
import { readArguments } from "./command/line/arguments.ts";
import { help } from "./command/line/help.ts";
import { print, printAside } from "./command/line/output.ts";

async function main(args: string[]): Promise<number> {
  const asked = readArguments(args, COMMANDS);
  if (asked.kind === "run") return await asked.command.run(args);
  print(asked.kind === "version" ? await versions() : help(asked.of));
  return EXIT.orderly;
}

/** Loaded when it is asked for: every room is asked for its own version, and no command should wait for all of them. */
async function versions(): Promise<string> {
  const { versions } = await import("./command/serving/versions.ts");
  return versions();
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error && "exitCode" in error && typeof error.exitCode === "number")) internalError(error);
  printAside(`switchroom: ${error.message}`);
  return error.exitCode;
}

exitOnFaults();
Deno.exit(await main(Deno.args).catch(exitCodeOf));
