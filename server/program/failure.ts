import { EXIT } from "./exit.ts";

/** What a command was asked for could not be done: the message says in one line why, and what would help. The process exits with 1. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What the process exits with. */
  readonly exitCode = EXIT.failed;
}
