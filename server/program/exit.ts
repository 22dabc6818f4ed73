/**
 * How the process ends: the exit codes, and the errors that carry one.
 *
 * @module
 */

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
