/**
 * What the tests of `inside/` are declared with.
 *
 * @module
 */

/** Says that the tests cannot be run here, and are to be counted only. */
export const ONLY_COUNT = "--only-count";

/** Whether the tests are to be counted only: nothing may be started then. */
export const onlyCounted: boolean = Deno.args.includes(ONLY_COUNT);

/** Declares a test that runs within a network namespace, where every port is free. */
export function test(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name, ignore: onlyCounted, fn });
}
