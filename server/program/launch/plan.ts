/**
 * Plans a start: prints the command, for a shell, that becomes what a command line asks for, with the permissions that
 * this needs: the server those that its configuration asks for, the command line its own. It runs before anything else,
 * and can do nothing but read.
 *
 * Where `serve` is no plain start (`--help`, `--print-permissions`, a flag that there is not), it is the command line
 * that answers.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { argumentsOf, type Flags, readFlags, SERVE_FLAGS } from "../configuration/flags.ts";
import { EXIT, Misuse } from "../exit.ts";
import { HOME, placed } from "../places.ts";
import { refuseOtherDeno } from "./deno.ts";
import { readNamed } from "./named.ts";
import { commandLineFlags, flagsOf, permissionsOf } from "./permissions.ts";

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Where imports lead is said by name: below `node_modules` Deno would look for no configuration by itself. */
const CONFIGURED = ["run", "--no-code-cache", "--config", `${HOME}deno.json`];

/**
 * The arguments for Deno of what a command line is to become.
 *
 * @throws {Misuse} If a permission that it needs cannot be given.
 */
export async function plan(args: readonly string[]): Promise<string[]> {
  const { serve, url } = outline(args);
  if (serve === undefined) return [...CONFIGURED, ...commandLineFlags({ url }), COMMAND_LINE, ...args];
  const flags = await placed(serve);
  return [...CONFIGURED, ...flagsOf(permissionsOf(await readNamed(flags))), SERVER, ...argumentsOf(flags)];
}

/** What of a command line a plan depends on: the flags of a server to be started, the server that is called. */
function outline(args: readonly string[]): { serve?: Flags | undefined; url?: string | undefined } {
  const { tokens } = parseArgs({
    // Of short options the planner knows none, and the parser takes long for many in one.
    args: args.map((arg) => /^-[^-]/.test(arg) ? arg.slice(0, 2) : arg),
    options: { ...SERVE_FLAGS, url: { type: "string" } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const word = tokens.find(({ kind }) => kind === "positional");
  const url = tokens.findLast((token) => token.kind === "option" && token.name === "url");
  return {
    ...(word?.kind === "positional" && word.value === "serve" && { serve: readFlags(args.toSpliced(word.index, 1)) }),
    ...(url?.kind === "option" && { url: url.value }),
  };
}

/** A word as a shell takes it, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

if (import.meta.main) {
  try {
    refuseOtherDeno();
    console.log([Deno.execPath(), ...await plan(Deno.args)].map(quoted).join(" "));
  } catch (error) {
    console.error(`switchroom: ${error instanceof Error ? error.message : error}`);
    Deno.exit(error instanceof Misuse ? error.exitCode : EXIT.internal);
  }
}
