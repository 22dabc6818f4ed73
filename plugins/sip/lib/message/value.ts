/**
 * Headers that are one word with parameters: Content-Type, Content-Disposition, Event.
 *
 * @module
 */
import { type Params, readParams } from "./params.ts";
import { Scanner } from "./scan.ts";
import { trimBlanks } from "./text.ts";

/** What such a header says. */
export interface Value {
  /**
   * As it is written, without the blanks that may stand about its slash: some are compared in any case (Content-Type),
   * some are not (Event).
   */
  word: string;
  params: Params;
}

/**
 * Reads one.
 *
 * @param what What it is, as a refusal shall call it.
 * @throws {MalformedMessage} If it is not one.
 */
export function parseValue(text: string, what: string): Value {
  const scanner = new Scanner(trimBlanks(text), what);
  let word = scanner.until(" \t;/");
  if (scanner.take("/")) word += `/${scanner.until(" \t;")}`;
  if (word === "") throw scanner.refuse("is empty");
  scanner.space();
  return { word, params: readParams(scanner) };
}
