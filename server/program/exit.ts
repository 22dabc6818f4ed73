import { logLastWords } from "./watch/log.ts";

/** The exit codes of api.md, section 1, and 1 for a command whose wish was not fulfilled. */
export const EXIT = { orderly: 0, failed: 1, misuse: 2, newer: 57, internal: 70 } as const;

/** Ends the process because of a fault of ours. What was acknowledged is on disk; the next start completes the rest with the truth. */
export function internalError(error: unknown): never {
  logLastWords(error);
  Deno.exit(EXIT.internal);
}

/** From now on an error that nobody catches ends the process as {@linkcode internalError} does, and not with the exit code of Deno. */
export function exitOnFaults(): void {
  globalThis.addEventListener("error", (event) => internalError(event.error));
  globalThis.addEventListener("unhandledrejection", (event) => internalError(event.reason));
}
