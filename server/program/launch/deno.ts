/**
 * Which Deno this runs on.
 *
 * @module
 */
import { Misuse } from "../exit.ts";

/** The Deno that everything is tested with; a later one within the major version should do. */
const TESTED = { major: 2, minor: 9 };

/** Which Deno is tested, which one runs, and what is to be thought of that. */
export function judgeDeno(
  version = Deno.version.deno,
): { tested: string; version: string; is: "tested" | "newer" | "other" } {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const is = major !== TESTED.major || minor < TESTED.minor ? "other" : minor === TESTED.minor ? "tested" : "newer";
  return { tested: `${TESTED.major}.${TESTED.minor}`, version, is };
}

/** @throws {Misuse} On a Deno that is too old, or of another major version. */
export function refuseOtherDeno(version?: string): void {
  const { tested, version: found, is } = judgeDeno(version);
  if (is !== "other") return;
  throw new Misuse(
    `Cannot run on Deno ${found} (${Deno.execPath()}): it needs ${tested} or a later one of the same major version. ` +
      "Install that, or name it: DENO=/path/to/deno",
  );
}
