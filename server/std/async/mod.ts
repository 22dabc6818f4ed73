/**
 * The part of `jsr:@std/async` that Switchroom uses, for places where JSR cannot be reached.
 *
 * Names, parameters and documented behaviour are those of the original, version 1.5.0; deleting `links` in the root's
 * `deno.json` puts the original in its place, so nothing here may grow a feature that the original lacks. It is not
 * built on a package: those at hand reject with errors of their own where the original gives the signal's reason, and
 * cannot let the process end or wait longer than one timer.
 *
 * @module
 */
export * from "./deadline.ts";
export * from "./delay.ts";
export * from "./retry.ts";
