/**
 * What is wrong in a file that somebody wrote, such as a manifest or the server's configuration, in words.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { quoted } from "../core/contract/quoted.ts";
import { expectedBy, keysOf, schemaAt } from "./schema_words.ts";

/** How many faults are told one by one: a file can have as many as it has characters. */
const MOST_FAULTS = 8;
/** Characters of a key that are looked at. */
const LONGEST_KEY = 64;

/** What a file was held against, and what it says. */
export interface HeldAgainst {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  /** Where the value stands in its file; the whole file if left out. */
  readonly at?: string;
  /** Whether no value must be told: it may be a secret. */
  readonly secret?: boolean;
}

/** Tells the faults in one line: each with its place, what stands there and what would be right. */
export function faultsOf({ issues }: z.core.$ZodError, held: HeldAgainst): string {
  const faults = issues.flatMap((issue, index) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => () => unknownKey({ key, parent: issue.path }, held));
    }
    // One value can break several rules, of which the first says enough.
    const isSaid = index > 0 && issues[index - 1]?.path.join() === issue.path.join();
    return isSaid ? [] : [() => misfit(issue, held)];
  });
  const more = faults.length - MOST_FAULTS;
  const told = faults.slice(0, MOST_FAULTS).map((fault) => fault()).join("; ");
  return more > 0 ? `${told} (and ${more} more ${more === 1 ? "fault" : "faults"})` : told;
}

function misfit(issue: z.core.$ZodIssue, held: HeldAgainst): string {
  const place = placeOf(issue.path, held);
  const written = valueAt(held.value, issue.path);
  const right = rightOf(issue, held.schema);
  if (right === undefined) return `${place}: ${issue.message}`;
  if (written === undefined) return `${place} is missing: it ${right}`;
  return held.secret ? `${place} ${right}` : `${place} is ${shown(written)}: it ${right}`;
}

/** What would be right, as "must …"; undefined if the issue's own message is a sentence for itself. */
function rightOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string | undefined {
  if (issue.message.startsWith("must ")) return issue.message;
  if (issue.code === "too_small" || issue.code === "too_big") {
    const bound = issue.code === "too_small" ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
    if (issue.origin === "string") return `must have a length of ${bound}`;
    if (issue.origin === "array") return `must have ${bound} entries`;
    if (!issue.inclusive) return undefined;
  } else if (issue.code !== "invalid_type" && issue.code !== "invalid_value") return undefined;
  const part = schemaAt(schema, issue.path);
  const expected = part && expectedBy(part);
  return expected && `must be ${expected}`;
}

function unknownKey({ key, parent }: { key: string; parent: readonly PropertyKey[] }, held: HeldAgainst): string {
  const meant = nearest(key, { parent: parent.filter((step) => typeof step === "string"), known: keysOf(held.schema) });
  return `${placeOf([...parent, key], held)} is not known${meant === undefined ? "" : `: did you mean ${meant}?`}`;
}

/** The known key that is most like it: of its own object if that is as near as any, else wherever it stands. */
function nearest(
  written: string,
  { parent, known }: { parent: readonly string[]; known: readonly string[][] },
): string | undefined {
  if (known.length === 0) return undefined;
  const key = written.slice(0, LONGEST_KEY);
  const own = known.filter((place) =>
    place.length === parent.length + 1 && parent.every((step, i) => step === place[i])
  );
  const anywhere = closest(key, known.map((place) => place.at(-1) ?? ""));
  const sibling = own.length === 0 ? undefined : closest(key, own.map((place) => place.at(-1) ?? ""));
  if (sibling !== undefined && distance(key, sibling) <= distance(key, anywhere)) return sibling;
  return known.find((place) => place.at(-1) === anywhere)?.join(".");
}

/** A place in the file: short, and on one line whatever keys somebody wrote. */
function placeOf(path: readonly PropertyKey[], { at }: HeldAgainst): string {
  const steps = path.map((step) => {
    const key = String(step);
    return key.length <= LONGEST_KEY && /^[\w$-]+$/.test(key) ? key : quoted(key);
  });
  return [...at === undefined ? [] : [at], ...steps].join(".") || "the file";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, step) => {
    const isThere = typeof part === "object" && part !== null && Object.hasOwn(part, step);
    return isThere ? (part as Record<PropertyKey, unknown>)[step] : undefined;
  }, value);
}

function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
