/**
 * The program: reads the command line and runs one command.
 *
 * @module
 */
import { COMMANDS, help, print, printAside, readArguments } from "./cli/mod.ts";
import { EXIT, exitOnFaults, internalError, versions } from "./program/mod.ts";

async function main(args: string[]): Promise<number> {
  const invocation = readArguments(args, COMMANDS);
  if (invocation.kind === "run") return await invocation.command.run(args);
  print(invocation.kind === "version" ? await versions() : help(invocation.of));
  return EXIT.orderly;
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error && "exitCode" in error && typeof error.exitCode === "number")) internalError(error);
  printAside(`switchroom: ${error.message}`);
  return error.exitCode;
}

exitOnFaults();
Deno.exit(await main(Deno.args).catch(exitCodeOf));
