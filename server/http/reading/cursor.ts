/**
 * Cursors: where the next page of the history begins.
 *
 * @module
 */
import { z } from "zod";

/** The cursor of what is older than a `seq`. Clients give it back as it is. */
export function cursorOf(before: number): string {
  return `b${before.toString(36)}`;
}

/** The shape of a cursor; gives the `seq`. */
export const cursor: z.ZodType<number, string> = z.string().transform((text, context) => {
  const before = Number.parseInt(text.slice(1), 36);
  // Only what we would have written: parseInt alone takes "b1!" for 1.
  if (Number.isSafeInteger(before) && before > 0 && cursorOf(before) === text) return before;
  context.addIssue("is not a cursor: it must be `next` of an earlier answer");
  return z.NEVER;
});
