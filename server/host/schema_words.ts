/**
 * Schemas in words: what a part of a file must be, and which keys there are.
 *
 * @module
 */
import { z } from "zod";

type Schema = z.core.$ZodType;

/**
 * What a value must be that fits a schema, such as "an integer from 5 to 300"; undefined for what no few words can say.
 */
export function expectedBy(schema: Schema): string | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodString) return "a string";
  if (inner instanceof z.ZodBoolean) return "true or false";
  if (inner instanceof z.ZodNumber) return numbers(inner);
  if (inner instanceof z.ZodArray) return "an array";
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return "an object";
  if (inner instanceof z.ZodLiteral || inner instanceof z.ZodEnum) {
    const values = [...(inner instanceof z.ZodEnum ? inner.options : inner.values)];
    return values.map((value) => JSON.stringify(value)).join(" or ");
  }
  return undefined;
}

/** The schema of a part, by its place in the whole; undefined if none says what it is. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let part: Schema | undefined = schema;
  for (const step of path) {
    const inner = unwrapped(part);
    if (inner instanceof z.ZodObject) part = inner.shape[String(step)];
    else if (inner instanceof z.ZodArray) part = inner.element;
    else if (inner instanceof z.ZodRecord) part = inner.valueType;
    else return undefined;
    if (part === undefined) return undefined;
  }
  return part;
}

/** Every key that is known, as its place from the root; an entry of a list has no number. */
export function keysOf(schema: Schema, at: readonly string[] = []): string[][] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element, at);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, part]) => [[...at, key], ...keysOf(part, [...at, key])]);
}

function unwrapped(schema: Schema): Schema {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional ||
      schema instanceof z.ZodExactOptional
    ? unwrapped(schema.unwrap())
    : schema;
}

function numbers({ isInt, minValue, maxValue }: z.ZodNumber): string {
  const what = isInt ? "an integer" : "a number";
  const least = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : undefined;
  const most = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : undefined;
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  if (least !== undefined) return `${what} of at least ${least}`;
  return most === undefined ? what : `${what} of at most ${most}`;
}
