/**
 * Starts the server from a process that is to stay beside it: a command line that runs in Deno already.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { argumentsOf, type Flags } from "../configuration/flags.ts";
import { Misuse } from "../exit.ts";

const START = fileURLToPath(new URL("start.sh", import.meta.url));

/** What a process is told to end by. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

/**
 * Starts the server, and hands on the signals that end it.
 *
 * @returns What it exits with; after a signal 128 and its number, as in a shell.
 * @throws {Misuse} If this process may not start it.
 */
export async function launch(flags: Flags): Promise<number> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("sh", { args: [START, ...argumentsOf(flags)], env: { DENO: Deno.execPath() } }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Misuse("Cannot start the server: Deno was not allowed to run sh. Start it with deno task start");
  }
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It has ended already.
      }
    });
  }
  return (await child.status).code;
}
