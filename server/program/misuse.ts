import { EXIT } from "./exit.ts";

/** The server was used or configured wrongly: the message says in one line what is wrong and what would be right. The process exits with 2. */
export class Misuse extends Error {
  override readonly name = "Misuse";
  /** What the process exits with. */
  readonly exitCode = EXIT.misuse;
}
