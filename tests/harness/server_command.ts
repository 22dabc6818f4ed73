/**
 * How the server is started: the command of the `start` task, or what that becomes.
 *
 * @module
 */
import { z } from "zod";
import config from "../../deno.json" with { type: "json" };
import { plan } from "../../server/program/launch/plan.ts";

/** Where the task runs. */
export const REPOSITORY = new URL("../../", import.meta.url);

/** What of a checkout's manifest says how its server is started. */
const Manifest = z.object({
  tasks: z.object({
    start: z.union([z.string(), z.object({ command: z.string() }).transform((task) => task.command)]),
  }),
});

/** Which server, and what stands between the task and it. */
export interface CommandOptions {
  /** Another checkout whose server it is, with a slash at its end; `flags` and `under` are for this one's alone. */
  checkout?: URL | undefined;
  /** Further flags for Deno itself. */
  flags?: readonly string[];
  /** A program and its arguments that the server is run under, such as `strace`. */
  under?: readonly string[];
}

/**
 * The command that starts a server with these arguments: the task's own, unless something is to stand before the
 * server's own process.
 */
export async function serverCommand(
  args: readonly string[],
  { checkout, flags = [], under = [] }: CommandOptions = {},
): Promise<{ words: [program: string, ...args: string[]]; env: Record<string, string> }> {
  if (flags.length > 0 || under.length > 0) {
    const [run = "", ...planned] = await plan(args);
    const [program = "", ...words] = [...under, Deno.execPath(), run, ...flags, ...planned];
    return { words: [program, ...words], env: {} };
  }
  const { tasks: { start } } = Manifest.parse(
    checkout ? JSON.parse(await Deno.readTextFile(new URL("deno.json", checkout))) : config,
  );
  // The task also says which Deno it is run by.
  return { words: [...taskWords(start), ...args], env: { DENO: Deno.execPath() } };
}

/** What a task runs: a script, behind whatever says which Deno is to run that, or Deno itself, as it once was. */
function taskWords(task: string): [program: string, ...args: string[]] {
  const [, script] = / sh (\S+)$/.exec(task) ?? [];
  if (script !== undefined) return ["sh", script];
  const [program, ...words] = task.split(" ");
  if (program === "deno") return [Deno.execPath(), ...words];
  throw new Error(`Cannot tell how to start a server whose task \`start\` is ${task}`);
}
