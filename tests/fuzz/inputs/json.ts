/**
 * JSON that is nearly right: examples whose fields are changed, left out, added, renamed or wrapped, and in whose text something is wrong.
 *
 * @module
 */
import fc from "fast-check";
import TOKENS from "../corpus/json_tokens.json" with { type: "json" };
import { type Edit, few, fragment, textEdit } from "./texts.ts";

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How long a list is made by saying it again, in units of its text: twice the longest frame, and past every other bound. */
const LONGEST_LIST = 2_097_152;

/** Before a number in a string it stands for the token of that number, which no value may be able to say; at the end of a key for nothing. */
const MARK = "\ue000";
const MARKED = /"\ue000(\d+)"/g;

const place = fc.nat(0xff);

const token: fc.Arbitrary<Json> = fc.nat(TOKENS.length - 1).map((index) => `${MARK}${index}`);

const leaf: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: token },
  { weight: 3, arbitrary: fragment },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json) },
);

/** One change of a value, somewhere in it. */
const jsonEdit: fc.Arbitrary<Edit<Json>> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(place, leaf).map(([at, value]) => change(at, () => value)) },
  {
    weight: 4,
    arbitrary: fc.tuple(place, few(textEdit, 2)).map(([at, edit]) =>
      change(at, (value) => typeof value === "string" ? edit(value) : value)
    ),
  },
  { weight: 2, arbitrary: fc.tuple(place, place).map(([at, which]) => change(at, (value) => without(value, which))) },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fragment, leaf).map(([at, key, value]) =>
      change(
        at,
        (whole) => Array.isArray(whole) ? [...whole, value] : isRecord(whole) ? withField(whole, [key, value]) : whole,
      )
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, place, fragment).map(([at, which, key]) =>
      change(at, (value) => renamed(value, which, { name: key }))
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, leaf).map(([at, value]) =>
      // The same name twice: only text can say it.
      change(at, (whole) => isRecord(whole) ? withField(whole, [`${Object.keys(whole)[0]}${MARK}`, value]) : whole)
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 20 }), fc.boolean()).map(([at, depth, list]) =>
      change(at, (value) => wrapped(value, { depth, list }))
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.nat(130)).map(([at, times]) =>
      change(at, (value) => Array.isArray(value) ? repeated(value, times) : value)
    ),
  },
);

/** A text of JSON that comes near to one of these examples. */
export function nearlyJson(examples: readonly Json[], most = 3): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...examples), jsonEdits(most)).map(([value, edit]) => edit(value));
}

/** What makes of a value the text of one that comes near to it. */
export function jsonEdits(most = 3): fc.Arbitrary<(value: Json) => string> {
  return fc.tuple(few(jsonEdit, most), slips).map(([edit, slip]) => (value) => slip(textOf(edit(value))));
}

/** Most texts are JSON all the same. */
const slips = fc.oneof(
  { weight: 9, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: few(textEdit, 2) },
);

function textOf(value: Json): string {
  return JSON.stringify(value).replaceAll(MARKED, (_, index) => TOKENS[Number(index)] ?? "null").replaceAll(
    `${MARK}"`,
    '"',
  );
}

/** Changes the value that comes `at` those before it, in the order of their text. */
function change(at: number, edit: (value: Json) => Json): Edit<Json> {
  return (root) => {
    let left = at % count(root);
    const visit = (value: Json): Json => {
      if (left-- === 0) return edit(value);
      if (left < 0) return value;
      if (Array.isArray(value)) return value.map(visit);
      return isRecord(value) ? record(Object.entries(value).map(([key, field]) => [key, visit(field)])) : value;
    };
    return visit(root);
  };
}

function count(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + count(item), 1);
  return isRecord(value) ? Object.values(value).reduce<number>((sum, field) => sum + count(field), 1) : 1;
}

function repeated(list: readonly Json[], times: number): readonly Json[] {
  const most = Math.max(1, Math.floor(LONGEST_LIST / JSON.stringify(list).length));
  return Array.from({ length: Math.min(times, most) }, () => list).flat();
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object with these fields, `__proto__` too. */
function record(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}

function withField(value: { readonly [key: string]: Json }, field: readonly [string, Json]): Json {
  return record([...Object.entries(value), field]);
}

function without(value: Json, which: number): Json {
  if (Array.isArray(value)) return value.filter((_, index) => index !== which % value.length);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return record(entries.filter((_, index) => index !== which % entries.length));
}

function renamed(value: Json, which: number, { name }: { name: string }): Json {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return record(entries.map(([key, field], index) => [index === which % entries.length ? name : key, field]));
}

function wrapped(value: Json, { depth, list }: { depth: number; list: boolean }): Json {
  return depth === 0 ? value : wrapped(list ? [value] : { a: value }, { depth: depth - 1, list });
}
