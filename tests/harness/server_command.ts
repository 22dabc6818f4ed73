/**
 * How the server is started: by `bin/switchroom`, or as what that becomes.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { plan } from "../../server/program/launch/plan.ts";
import { forcedTurn, placeFlags } from "./places.ts";

/** Where the server is started. */
export const REPOSITORY = new URL("../../", import.meta.url);

/** What of the manifest of a checkout from before `bin/switchroom` says how its server is started. */
const Manifest = z.object({
  tasks: z.object({
    start: z.union([z.string(), z.object({ command: z.string() }).transform((task) => task.command)]),
  }),
});

/** Which server, and what stands between the shell and it. */
export interface CommandOptions {
  /** Another checkout whose server it is, with a slash at its end; `flags` and `under` are for this one's alone. */
  checkout?: URL | undefined;
  /** Further flags for Deno itself. */
  flags?: readonly string[];
  /** A program and its arguments that the server is run under, such as `strace`. */
  under?: readonly string[];
}

/**
 * The command that starts a server with these arguments: that of its users, unless something is to stand before the
 * server's own process.
 */
export async function serverCommand(
  args: readonly string[],
  { checkout, flags: asked, under = [] }: CommandOptions = {},
): Promise<{ words: [program: string, ...args: string[]]; env: Record<string, string> }> {
  const flags = asked ?? await placeFlags(checkout ? undefined : forcedTurn());
  if (flags.length > 0 || under.length > 0) {
    const [run = "", ...planned] = await plan(["serve", ...args]);
    const [program = "", ...words] = [...under, Deno.execPath(), run, ...flags, ...planned];
    return { words: [program, ...words], env: {} };
  }
  // That of whoever runs the tests is not npx for the server.
  return { words: [...await startWords(checkout), ...args], env: { DENO: Deno.execPath(), npm_command: "" } };
}

async function startWords(checkout = REPOSITORY): Promise<[program: string, ...args: string[]]> {
  const program = new URL("bin/switchroom", checkout);
  if (await Deno.stat(program).then(() => true, () => false)) return [fileURLToPath(program), "serve"];
  const { tasks: { start } } = Manifest.parse(JSON.parse(await Deno.readTextFile(new URL("deno.json", checkout))));
  return taskWords(start);
}

/** What a task runs: a script, behind whatever says which Deno is to run that, or Deno itself, as it once was. */
function taskWords(task: string): [program: string, ...args: string[]] {
  const [, script] = / sh (\S+)$/.exec(task) ?? [];
  if (script !== undefined) return ["sh", script];
  const [program, ...words] = task.split(" ");
  if (program === "deno") return [Deno.execPath(), ...words];
  throw new Error(`Cannot tell how to start a server whose task \`start\` is ${task}`);
}
