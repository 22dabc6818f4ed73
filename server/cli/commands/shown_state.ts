/**
 * What a phone says of itself, in words for people.
 *
 * @module
 */
import { z } from "zod";

/** Each row between bars, so that blanks are seen. */
const Rows = z.array(z.string()).transform((rows) => rows.map((row) => `|${row}|`));

/** How values are shown that would not be read as they come, by their names. */
const SHOWN = new Map<string, z.ZodType<string | string[]>>([
  ["rows", Rows],
  ["display", z.object({ rows: Rows }).transform(({ rows }) => rows)],
  [
    "lampModes",
    z.array(z.object({ lamp: z.number(), mode: z.string() }))
      .transform((lamps) => lamps.map(({ lamp, mode }) => `${lamp} ${mode}`).join("  ")),
  ],
]);

/** A getter's answer by names, each value a line, or the rows of a display. */
export function shownState(answer: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, SHOWN.get(name)?.safeParse(value).data ?? wordsFor(value)]),
  );
}

function wordsFor(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(" ") || "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
