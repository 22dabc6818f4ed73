/**
 * JSON from outside.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/**
 * Parses JSON that comes from outside.
 *
 * Strings with NUL or half a surrogate pair are refused as well: SQLite and UTF-8 cannot carry them, so that what the history keeps, and hashes, would not be what
 * was asked.
 *
 * @throws {Refusal} `bad-request` if it is not JSON, too deeply nested, or has such a string.
 */
export function parseJson(text: string, options: { depth: number }): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("bad-request", text === "" ? "The body is empty: it must be JSON" : "The body is not valid JSON");
  }
  check(value, options.depth);
  return value;
}

/** Goes through a value; `depth` is how many more levels it may have, which also bounds the recursion. */
function check(value: unknown, depth: number): void {
  if (typeof value === "string") {
    if (!value.isWellFormed() || value.includes("\0")) {
      throw new Refusal(
        "bad-request",
        "The body has a string with NUL or half a surrogate pair: strings must be well-formed Unicode without NUL",
      );
    }
  } else if (typeof value === "object" && value !== null) {
    if (depth === 0) throw new Refusal("bad-request", "The body is nested too deeply");
    if (Array.isArray(value)) {
      for (const item of value) check(item, depth - 1);
    } else {
      for (const key of Object.keys(value)) {
        check(key, depth);
        check((value as Record<string, unknown>)[key], depth - 1);
      }
    }
  }
}
