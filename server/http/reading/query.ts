/**
 * Query strings from outside.
 *
 * @module
 */
import type { z } from "zod";
import { quoted } from "../../core/contract/quoted.ts";
import { Refusal } from "../../api/refusals/refusal.ts";
import { fit } from "../../api/shapes/shape.ts";

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

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Refusal("bad-request", `The query has ${quoted(text)}, which is not valid percent-encoding of UTF-8`);
  }
}
