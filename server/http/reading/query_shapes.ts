/**
 * Shapes of what queries hold.
 *
 * @module
 */
import { z } from "zod";

/** One of some names. */
export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, `must be one of ${names.join(" ")}`);

/** A time; gives wall milliseconds. */
export const time = z.iso.datetime({ offset: true, error: "must be a time of RFC 3339, its + written as %2B" })
  .transform((text) => Date.parse(text));
