/**
 * The program: reads the command line and runs one command.
 *
 * @module
 */
import { COMMANDS, help, print, readArguments } from "./cli/mod.ts";
import { EXIT, exitCodeOf, exitOnFaults, versions } from "./program/mod.ts";

async function main(args: string[]): Promise<number> {
  const invocation = readArguments(args, COMMANDS);
  if (invocation.kind === "run") return await invocation.command.run(args);
  print(invocation.kind === "version" ? await versions() : help(invocation.of));
  return EXIT.orderly;
}

exitOnFaults();
Deno.exit(await main(Deno.args).catch(exitCodeOf));
