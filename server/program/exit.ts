/**
 * How the process ends: the exit codes, the errors that carry one, the signals that end it, and a fault that nobody
 * catches.
 *
 * @module
 */
import { logLastWords } from "./watch/log.ts";

/** The exit codes of api.md, section 1, and 1 for a command whose wish was not fulfilled. */
export const EXIT = { orderly: 0, failed: 1, misuse: 2, newer: 57, internal: 70 } as const;

/**
 * What a command was to do could not be done: the message says in one line why, and what would help. The process
 * exits with 1.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What the process exits with. */
  readonly exitCode = EXIT.failed;
}

/**
 * The server or a command was used or configured wrongly: the message says in one line what is wrong and what would be
 * right. The process exits with 2.
 */
export class Misuse extends Error {
  override readonly name = "Misuse";
  /** What the process exits with. */
  readonly exitCode = EXIT.misuse;
}

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
