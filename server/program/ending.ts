/**
 * What ends the process: a signal, an error that carries an exit code, and a fault that nobody catches.
 *
 * @module
 */
import { printable } from "../core/contract/text.ts";
import { EXIT } from "./exit.ts";
import { logLastWords } from "./watch/log.ts";

/**
 * Ends the process because of a fault of ours. What was acknowledged is on disk; the next start completes the rest with
 * the truth.
 */
export function internalError(error: unknown): never {
  logLastWords(error);
  Deno.exit(EXIT.internal);
}

/**
 * From now on an error that nobody catches ends the process as {@linkcode internalError} does, and not with the exit
 * code of Deno.
 */
export function exitOnFaults(): void {
  globalThis.addEventListener("error", (event) => internalError(event.error));
  globalThis.addEventListener("unhandledrejection", (event) => internalError(event.reason));
}

/** What the process exits with for an error that ended its work, which is told in one line; a fault of ours ends it here. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error && "exitCode" in error && typeof error.exitCode === "number")) internalError(error);
  console.error(printable(`switchroom: ${error.message}`));
  return error.exitCode;
}

const AGAIN_MS = 1_000;

/**
 * Resolves at the first SIGTERM or SIGINT. A further one at least a second later ends the process at once; sooner it is
 * the same wish again: a terminal's Ctrl-C reaches a server under `deno task` twice within milliseconds.
 */
export function untilToldToStop(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => {
        first ??= performance.now();
        if (performance.now() - first >= AGAIN_MS) Deno.exit(signal === "SIGINT" ? 130 : 143);
        resolve(signal);
      });
    }
  });
}
