/**
 * Shapes of what comes from outside, and refusals that point at the place where something does not fit.
 *
 * A shape says which fields there are and which JSON types they have. Whether a value is one that telephony knows is
 * the core's question.
 *
 * @module
 */
import { z } from "zod";
import { quoted } from "../../core/contract/quoted.ts";
import { Refusal } from "../refusals/refusal.ts";

type Issue = z.core.$ZodIssue;

/** The words for a field that does not fit; `what` says what would be right, such as "a number". */
export function must(what: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => issue.input === undefined ? `is missing: it must be ${what}` : `must be ${what}` };
}

/** A string. */
export const text: z.ZodString = z.string(must("a string"));

/** A number. */
export const number: z.ZodNumber = z.number(must("a number"));

/** Bytes in base64. */
export const base64: z.ZodBase64 = z.base64(must("base64")).meta({ description: "Bytes in base64." });

/** A string that must be one of these: the core asks that and words it, the documents tell it. */
export function named(names: readonly string[]): z.ZodString {
  return text.meta({ enum: [...names] });
}

/** A list of strings that must be of these, as {@linkcode named}. */
export function allNamed(names: readonly string[]): z.ZodArray<z.ZodString> {
  return z.array(named(names), must("an array of strings"));
}

/** An integer from `least` to `most`. */
export function integer(least: number, most: number): z.ZodInt {
  const words = must(`an integer from ${least} to ${most}`);
  return z.int(words).min(least, words).max(most, words);
}

/**
 * Fits a value into a shape.
 *
 * @param options.place What the value is, as a refusal calls it: "body" or "query".
 * @throws {Refusal} `bad-request`, its detail pointing at the first place that does not fit.
 */
export function fit<Shape extends z.ZodType>(
  value: unknown,
  { shape, place }: { shape: Shape; place: string },
): z.output<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Refusal("bad-request", issue ? explain(issue, place) : `${place} does not fit`);
}

function explain(issue: Issue, place: string): string {
  const path = issue.path.reduce<string>(
    (path, step) => typeof step === "number" ? `${path}[${step}]` : `${path}.${String(step)}`,
    place,
  );
  if (issue.code === "unrecognized_keys") return `${path} has an unknown field ${quoted(issue.keys[0] ?? "")}`;
  return issue.code === "invalid_type" && issue.path.length === 0
    ? `${path} must be an object`
    : `${path} ${issue.message}`;
}
