/**
 * Columns that hold JSON.
 *
 * @module
 */
import { z } from "zod";

/** A text that must be JSON, and what it says. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});
