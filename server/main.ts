/**
 * The program: reads the command line and starts one command.
 *
 * @module
 */
import deno from "../deno.json" with { type: "json" };
import { readArguments } from "./command/arguments.ts";
import { EXIT, internalError } from "./command/exit.ts";
import { HELP } from "./command/help.ts";
import { Misuse } from "./command/misuse.ts";
import { serve } from "./command/serve.ts";

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.version) console.log(deno.version);
  else if (values.help) console.log(HELP);
  else if (positionals.length === 1 && positionals[0] === "serve") await serve(values);
  else throw new Misuse(`${wrong(positionals)}: try serve, or --help`);
  return EXIT.orderly;
}

function wrong(positionals: string[]): string {
  return positionals.length > 0 ? `There is no command ${positionals.join(" ")}` : "A command is missing";
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error && "exitCode" in error && typeof error.exitCode === "number")) internalError(error);
  console.error(`switchroom: ${error.message}`);
  return error.exitCode;
}

globalThis.addEventListener("unhandledrejection", (event) => internalError(event.reason));
Deno.exit(await main(Deno.args).catch(exitCodeOf));
