/**
 * What a phone says of itself, in words for people.
 *
 * @module
 */
import { fits, list, number, object, text } from "../../core/contract/shape.ts";

const Rows = list(text);
const Display = object({ rows: Rows });
const Lamps = list(object({ lamp: number, mode: text }));

/** A getter's answer by names, each value a line, or the rows of a display. */
export function shownState(answer: object): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, wordsFor(name, value)]));
}

/** How a value is shown; some would not be read as they come. */
function wordsFor(name: string, value: unknown): string | string[] {
  if (name === "rows" && fits(value, Rows)) return barred(value);
  if (name === "display" && fits(value, Display)) return barred(value.rows);
  if (name === "lampModes" && fits(value, Lamps)) return value.map(({ lamp, mode }) => `${lamp} ${mode}`).join("  ");
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(" ") || "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Each row between bars, so that blanks are seen. */
function barred(rows: readonly string[]): string[] {
  return rows.map((row) => `|${row}|`);
}
