/**
 * Writing that ends when all is written.
 *
 * @module
 */

/**
 * Writes all of some bytes: a file or a pipe may take a part of what it is given.
 *
 * @example A pipe that takes three bytes at a time
 * ```ts
 * import { writeAll } from "./mod.ts";
 * import { deepEqual } from "node:assert/strict";
 *
 * const taken: number[] = [];
 * const pipe = {
 *   write(bytes: Uint8Array): Promise<number> {
 *     taken.push(...bytes.subarray(0, 3));
 *     return Promise.resolve(Math.min(3, bytes.length));
 *   },
 * };
 * await writeAll(pipe, new TextEncoder().encode("hello"));
 * deepEqual(taken, [...new TextEncoder().encode("hello")]);
 * ```
 *
 * @throws What writing throws; a part may be written then.
 */
export async function writeAll(to: { write(bytes: Uint8Array): Promise<number> }, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}
