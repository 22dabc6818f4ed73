/**
 * The names of a table, with their types: TypeScript gives them as texts, since an object may have more than its type
 * says. A table that is written out whole has not.
 *
 * @module
 */

/**
 * The names of a table's rows, in their order.
 *
 * @example
 * ```ts
 * import { keysOf } from "./keys.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const names: ("lamp" | "ring")[] = keysOf({ lamp: 1, ring: 2 });
 * deepEqual(names, ["lamp", "ring"]);
 * ```
 */
export function keysOf<Name extends string>(table: Readonly<Partial<Record<Name, unknown>>>): Name[] {
  return Object.keys(table) as Name[];
}
