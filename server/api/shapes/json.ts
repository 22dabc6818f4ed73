/**
 * JSON from outside.
 *
 * @module
 */
import { Refusal } from "../refusals/refusal.ts";

/**
 * Parses a body.
 *
 * @throws {Refusal} `bad-request` if it is not JSON, or {@linkcode checkJson} refuses it.
 */
export function parseJson(text: string, options: { depth: number }): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("bad-request", text === "" ? "The body is empty: it must be JSON" : "The body is not valid JSON");
  }
  checkJson(value, { depth: options.depth, what: "body" });
  return value;
}

/**
 * Refuses what JSON can say and we cannot take: what is nested too deeply, and strings with NUL or half a surrogate pair. SQLite and UTF-8 cannot carry
 * those, so that what the history keeps, and hashes, would not be what was asked.
 *
 * @param options.depth How many levels the value may have.
 * @param options.what What it is, as a refusal calls it.
 * @throws {Refusal} `bad-request`.
 */
export function checkJson(value: unknown, { depth, what }: { depth: number; what: "body" | "message" }): void {
  check(value, depth, what);
}

/** Goes through a value; `depth` is how many more levels it may have, which also bounds the recursion. */
function check(value: unknown, depth: number, what: string): void {
  if (typeof value === "string") {
    if (!value.isWellFormed() || value.includes("\0")) {
      throw new Refusal(
        "bad-request",
        `The ${what} has a string with NUL or half a surrogate pair: strings must be well-formed Unicode without NUL`,
      );
    }
  } else if (typeof value === "object" && value !== null) {
    if (depth === 0) throw new Refusal("bad-request", `The ${what} is nested too deeply`);
    if (Array.isArray(value)) {
      for (const item of value) check(item, depth - 1, what);
    } else {
      for (const key of Object.keys(value)) {
        check(key, depth, what);
        check((value as Record<string, unknown>)[key], depth - 1, what);
      }
    }
  }
}
