/**
 * Plans a start: prints the command, for a shell, that becomes the server with the permissions that its configuration
 * asks for. It runs before anything else, and can do nothing but read.
 *
 * Where the arguments are no plain start (`--help`, `--print-permissions`, a flag that there is not), it is the command
 * line that answers them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { argumentsOf, readFlags } from "../configuration/flags.ts";
import { EXIT, Misuse } from "../exit.ts";
import { readNamed } from "./named.ts";
import { flagsOf, permissionsOf } from "./permissions.ts";

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Where imports lead is said by name: below `node_modules` Deno would look for no configuration by itself. */
const CONFIGURED = ["run", "--config", fileURLToPath(new URL("../../../deno.json", import.meta.url))];

/**
 * The arguments for Deno of what `serve` with these arguments is to become.
 *
 * @throws {Misuse} If a permission that it needs cannot be given.
 */
export async function plan(args: readonly string[]): Promise<string[]> {
  const flags = readFlags(args);
  if (flags === undefined) {
    return [...CONFIGURED, "--no-prompt", "--allow-read", "--allow-env=INIT_CWD", COMMAND_LINE, "serve", ...args];
  }
  return [...CONFIGURED, ...flagsOf(permissionsOf(await readNamed(flags))), SERVER, ...argumentsOf(flags)];
}

/** A word as a shell takes it, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

if (import.meta.main) {
  try {
    console.log([Deno.execPath(), ...await plan(Deno.args)].map(quoted).join(" "));
  } catch (error) {
    console.error(`switchroom: ${error instanceof Error ? error.message : error}`);
    Deno.exit(error instanceof Misuse ? error.exitCode : EXIT.internal);
  }
}
