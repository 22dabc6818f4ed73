/**
 * Optional fields, left out where they have no value.
 *
 * @module
 */

/**
 * An object without the fields that have no value, to be spread where a field is either there or is not: under
 * `exactOptionalPropertyTypes` one that is `undefined` is neither.
 *
 * @example A detail that is not there
 * ```ts
 * import { given } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const detail: number | undefined = undefined;
 * deepEqual({ type: "state", ...given({ detail, cause: null, count: 0 }) }, { type: "state", count: 0 });
 * ```
 *
 * @param fields Those that may be `undefined`, or `null` as databases have it.
 */
export function given<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const there: { [Name in keyof Fields]?: NonNullable<Fields[Name]> } = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && value !== null) there[name] = value;
  }
  return there;
}
