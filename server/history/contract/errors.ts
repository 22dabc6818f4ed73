/**
 * Why the history cannot be opened.
 *
 * @module
 */

/**
 * The data folder or its database cannot be used; the message says what is wrong and what to do.
 *
 * @example
 * ```ts
 * import { HistoryError } from "./errors.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(new HistoryError("The data folder is in use by process 7", { exitCode: 2 }).exitCode, 2);
 * ```
 */
export class HistoryError extends Error {
  /** What the process exits with: 2 if the operator must change something, 57 if the database is newer than this build. */
  readonly exitCode: 2 | 57;

  /** Words for the operator, the exit code, and what went wrong underneath. */
  constructor(message: string, options: { exitCode: 2 | 57; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HistoryError";
    this.exitCode = options.exitCode;
  }
}
