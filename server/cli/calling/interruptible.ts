import { untilToldToStop } from "../../program/mod.ts";

/** Somebody ended the command from outside. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** What the process exits with, as shells have it. */
  readonly exitCode: number;

  /** By which signal. */
  constructor(signal: Deno.Signal) {
    super("interrupted");
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/**
 * Does something that SIGINT (Ctrl-C) and SIGTERM abort, so that it can put back what it has taken.
 *
 * @throws {Interrupted} As the reason of the signal, if `work` lets it through.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interruption = new AbortController();
  untilToldToStop().then((signal) => interruption.abort(new Interrupted(signal)));
  return await work(interruption.signal);
}
