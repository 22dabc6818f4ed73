/**
 * The programs that a package is made with.
 *
 * @module
 */

/** How a program is run. */
export interface RunOptions {
  /** Where it runs. */
  cwd: URL;
  /** What is added to its environment. */
  env?: Record<string, string>;
}

/**
 * Runs a program, and gives what it printed.
 *
 * @param words The program and its arguments.
 * @throws {Error} If it is not there or fails, with what it said.
 */
export async function run(words: readonly [program: string, ...args: string[]], options: RunOptions): Promise<string> {
  const [program, ...args] = words;
  const said = new TextDecoder();
  let ended: Deno.CommandOutput;
  try {
    ended = await new Deno.Command(program, { args, ...options }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot run ${program}: there is no such program on the PATH; install it`);
  }
  if (ended.success) return said.decode(ended.stdout);
  throw new Error(`${program} ${args[0] ?? ""} failed, exit code ${ended.code}: ${said.decode(ended.stderr).trim()}`);
}
