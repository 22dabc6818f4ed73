/** The exit codes of api.md, section 1; the history's errors carry their own, 2 or 57. */
export const EXIT = { orderly: 0, misuse: 2, internal: 70 } as const;

/** Ends the process because of a fault of ours. What was acknowledged is on disk; the next start completes the rest with the truth. */
export function internalError(error: unknown): never {
  console.error(`switchroom: internal error: ${error instanceof Error ? error.stack ?? error.message : error}`);
  Deno.exit(EXIT.internal);
}
