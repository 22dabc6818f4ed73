/**
 * Being interrupted in order: what has been started is stopped and removed before the process ends.
 *
 * @module
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Somebody wants an end. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/**
 * Runs something whose signal aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.
 *
 * @throws {Interrupted} If it then fails, however it does: from a terminal its own processes hear of a SIGINT, too.
 */
export async function interruptible<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const unlisten = () => SIGNALS.forEach((signal) => Deno.removeSignalListener(signal, interrupt));
  const interrupt = () => {
    controller.abort(new Interrupted("Interrupted before everything was measured"));
    unlisten();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  try {
    return await run(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    unlisten();
  }
}
