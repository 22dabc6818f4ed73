/**
 * How the server is started: the command of the `start` task, or what that becomes.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { plan } from "../../server/program/launch/plan.ts";

/** Where the task runs. */
export const REPOSITORY = new URL("../../", import.meta.url);

/** What stands between the task and the server. */
export interface CommandOptions {
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
  { flags = [], under = [] }: CommandOptions = {},
): Promise<{ words: [program: string, ...args: string[]]; env: Record<string, string> }> {
  if (flags.length > 0 || under.length > 0) {
    const [run = "", ...planned] = await plan(args);
    const [program = "", ...words] = [...under, Deno.execPath(), run, ...flags, ...planned];
    return { words: [program, ...words], env: {} };
  }
  // The task also says which Deno it is run by.
  const [, script = ""] = / sh (\S+)$/.exec(config.tasks.start.command) ?? [];
  return { words: ["sh", script, ...args], env: { DENO: Deno.execPath() } };
}
