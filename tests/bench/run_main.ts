/**
 * How a program of the benchmark ends: with what it prints, or with words and an exit code of its own.
 *
 * @module
 */
import { Interrupted } from "./interruption.ts";
import { WrongUse } from "./options.ts";

/** Exit codes: wrong use; ended by a signal. What fails otherwise is 1, with the stack. */
const [WRONG_USE, INTERRUPTED] = [2, 130];

/** Runs it with a temporary folder, which is removed at its end however it ends, and prints what it tells. */
export async function runMain(main: (folder: string) => Promise<string>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "switchroom_bench_" });
  try {
    console.log(await main(folder));
  } catch (error) {
    if (!(error instanceof WrongUse || error instanceof Interrupted)) throw error;
    console.error(error.message);
    Deno.exitCode = error instanceof WrongUse ? WRONG_USE : INTERRUPTED;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
