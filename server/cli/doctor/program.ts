/**
 * What the program runs on: Deno and what it allows, and the clock.
 *
 * @module
 */
import { judgeDeno, Misuse, serverPermissions } from "../../program/mod.ts";
import { about, type Check, type Finding } from "./check.ts";

/** Whether this Deno is one that is supported. */
export const checkDeno: Check = () => {
  const { good, odd, bad } = about("Deno");
  const { tested, version, is } = judgeDeno();
  if (is === "tested") return one(good(`Deno ${version}`));
  if (is === "newer") return one(odd(`Deno ${version} is newer than ${tested}, which is tested`));
  return one(bad(`Deno ${version} is not ${tested}`, `Install ${tested}, or name it: DENO=/path/to/deno`));
};

/** Whether the server could be given the permissions that it needs. */
export const checkPermissions: Check = async ({ flags }) => {
  const { good, bad } = about("permissions");
  if (Deno.permissions.querySync({ name: "run", command: "sh" }).state !== "granted") {
    return [bad("Deno was started without --allow-run=sh", "Start by bin/switchroom, or add the flag")];
  }
  try {
    await serverPermissions(flags);
    return [good("all that the server needs")];
  } catch (error) {
    if (error instanceof Misuse) return [bad(error.message)];
    throw error;
  }
};

/** No history was written before that. */
const FIRST_YEAR = 2025;

/** Whether the clock can be right. */
export const checkClock: Check = () => {
  const { good, bad } = about("clock");
  const now = new Date();
  if (now.getUTCFullYear() >= FIRST_YEAR) return one(good(now.toISOString()));
  return one(bad(`It says ${now.toISOString()}, which is past`, "Set the clock: the history would bear wrong times"));
};

function one(finding: Finding): Promise<Finding[]> {
  return Promise.resolve([finding]);
}
