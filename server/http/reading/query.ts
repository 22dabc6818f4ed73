/**
 * Query strings from outside, and shapes of what they hold.
 *
 * @module
 */
import { z } from "zod";
import { fit, Refusal } from "../../api/mod.ts";
import { quoted } from "../../core/contract/quoted.ts";

/**
 * Reads the query of a call's URL into a shape: nothing unknown, nothing twice, nothing wrongly encoded.
 *
 * @throws {Refusal} `bad-request`.
 */
export function readQuery<Shape extends z.ZodType>(url: string, shape: Shape): z.output<Shape> {
  // Not `new URL`: with a Host header that is none the URL of a request is not one either, and the constructor throws.
  const start = url.indexOf("?");
  const values = new Map<string, string>();
  for (const pair of start < 0 ? [] : url.slice(start + 1).split("&")) {
    if (pair === "") continue;
    const [name = "", ...rest] = pair.split("=");
    const key = decode(name);
    if (values.has(key)) throw new Refusal("bad-request", `query has ${quoted(key)} twice`);
    values.set(key, decode(rest.join("=")));
  }
  return fit(Object.fromEntries(values), { shape, place: "query" });
}

const Nothing = z.strictObject({});

/**
 * Refuses the query of a route that takes none: in what a client sends, an unknown field is an error.
 *
 * @throws {Refusal} `bad-request`.
 */
export function requireNoQuery(url: string): void {
  if (url.includes("?")) readQuery(url, Nothing);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Refusal("bad-request", `The query has ${quoted(text)}, which is not valid percent-encoding of UTF-8`);
  }
}

/** One of some names. */
export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, `must be one of ${names.join(" ")}`);

/** A time; gives wall milliseconds. */
export const time = z.iso.datetime({ offset: true, error: "must be a time of RFC 3339, its + written as %2B" })
  .transform((text) => Date.parse(text));

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
