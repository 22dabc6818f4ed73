/**
 * JSON from outside, of which no number is changed: what a JavaScript number cannot hold is told, never rounded (RFC
 * 8259, section 6: whole numbers beyond 2^53 are not interoperable).
 *
 * @module
 */
import { quoted } from "./quoted.ts";

/** Stands in the place of a number that would have been changed. No number is expected to be one, so nothing takes it. */
export class Inexact {
  /** As it was written. */
  readonly written: string;

  /** Keeps what stood there. */
  constructor(written: string) {
    this.written = written;
  }

  /** What is wrong with it, in words that go on after "has" or "is". */
  get words(): string {
    return `the number ${quoted(this.written)}, which would become ${
      Number(this.written)
    } here: it must be one that a 64-bit float holds exactly`;
  }
}

/** A number that may be changed has 16 digits or more, or an exponent. No text is taken for one but by its likeness. */
const MAY_CHANGE = /(?:^|[\s:,[-])\d(?:[\d.]{15}|[\d.]*[eE])/;

/**
 * Reads JSON as `JSON.parse` does, with an {@linkcode Inexact} in the place of each number that would not be what was
 * written. What is nested so deeply that it cannot be gone through is given as `JSON.parse` gives it.
 *
 * @example
 * ```ts
 * import { Inexact, parseJson } from "./exact_json.ts";
 * import { equal, ok } from "node:assert/strict";
 *
 * equal(parseJson("9007199254740991"), 9007199254740991);
 * ok(parseJson("9007199254740993") instanceof Inexact);
 * ```
 *
 * @throws {SyntaxError} If it is none.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MAY_CHANGE.test(text)) return value;
  try {
    return JSON.parse(text, replaceInexact);
  } catch (error) {
    if (error instanceof RangeError) return value;
    throw error;
  }
}

/** `source` is what was written; TypeScript's library does not know of it yet. */
function replaceInexact(_key: string, value: unknown, ...[context]: [context?: { source?: string }]): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || isExact(source)) return value;
  return new Inexact(source);
}

/** Whether a decimal is a number that a double holds: written again, it is the same one. */
export function isExact(written: string): boolean {
  const again = String(Number(written));
  return written === again || normal(written) === normal(again);
}

/** A decimal without what does not count: `1.50e3` is `15e2`. */
function normal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  // Without the look behind, each zero of a long row would begin another search: quadratic time.
  const kept = digits.replace(/(?<!0)0+$/, "");
  if (kept === "") return /^-?\d/.test(text) ? "0" : text;
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** A key that stands behind a point as it is. */
const NAME = /^[A-Za-z_]\w{0,63}$/;

/** What is wrong with the first number of a value that would have been changed, and where; undefined if none would. */
export function inexactIn(value: unknown, place: string): string | undefined {
  if (value instanceof Inexact) return `${place} is ${value.words}`;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${key}]` : NAME.test(key) ? `.${key}` : `[${quoted(key)}]`;
    const fault = inexactIn(item, place + step);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
