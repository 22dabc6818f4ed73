/**
 * JSON from outside, before anybody looks at what it says.
 *
 * @module
 */
import { Inexact } from "../../core/contract/exact_json.ts";
import { Refusal } from "../refusals/refusal.ts";

const TOO_DEEP = "is nested too deeply";
const MALFORMED = "has a string with NUL or half a surrogate pair: strings must be well-formed Unicode without NUL";

/**
 * Refuses what JSON can say and we cannot take: what is nested too deeply, strings with NUL or half a surrogate pair,
 * and numbers that a double does not hold. SQLite, UTF-8 and JavaScript cannot carry those, so that what the history
 * keeps, and hashes, would not be what was asked.
 *
 * @param options.depth How many levels the value may have.
 * @param options.what What it is, as a refusal calls it.
 * @throws {Refusal} `bad-request`.
 */
export function checkJson(value: unknown, { depth, what }: { depth: number; what: "body" | "message" }): void {
  const fault = faultOf(value, depth);
  if (fault !== undefined) throw new Refusal("bad-request", `The ${what} ${fault}`);
}

/** What is wrong with a value; `depth` is how many more levels it may have, which also bounds the recursion. */
function faultOf(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0") ? undefined : MALFORMED;
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Inexact) return `has ${value.words}`;
  if (depth === 0) return TOO_DEEP;
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultOf(item, depth - 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const [key, item] of Object.entries(value)) {
    const fault = faultOf(key, depth) ?? faultOf(item, depth - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
