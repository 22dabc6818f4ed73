/**
 * What fetches much, or makes machines, is tested where it is asked for.
 *
 * @module
 */

const FLAG = "SWITCHROOM_PACKAGES";

/** Why it is not asked for; undefined if it is. */
export function unlessFlagged(): string | undefined {
  return Deno.env.has(FLAG) ? undefined : `${FLAG} is not set`;
}
