/**
 * What the program runs on: Deno and what it allows, and the clock.
 *
 * @module
 */
import { Misuse, serverPermissions } from "../../program/mod.ts";
import { about, type Check, type Finding } from "./check.ts";

/** The Deno that everything is tested with; a later one within the major version should do. */
const TESTED = { major: 2, minor: 9 };

/** Whether this Deno is one that is supported. */
export const checkDeno: Check = () => {
  const { good, odd, bad } = about("Deno");
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  const tested = `${TESTED.major}.${TESTED.minor}`;
  const is = `Deno ${Deno.version.deno}`;
  if (major === TESTED.major && minor === TESTED.minor) return one(good(is));
  if (major === TESTED.major && minor > TESTED.minor) return one(odd(`${is} is newer than ${tested}, which is tested`));
  return one(bad(`${is} is not ${tested}`, `Start with npx -y deno@${tested}`));
};

/** Whether the server could be given the permissions that it needs. */
export const checkPermissions: Check = async ({ flags }) => {
  const { good, bad } = about("permissions");
  if (Deno.permissions.querySync({ name: "run", command: "sh" }).state !== "granted") {
    return [bad("Deno was started without --allow-run=sh", "Start by the tasks of deno.json, or add the flag")];
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
