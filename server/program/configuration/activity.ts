/**
 * What a configuration file may say of what is recorded of phones' activity.
 *
 * @module
 */
import { z } from "zod";
import { matches, PHONE_GLOB } from "../../access/mod.ts";
import type { ActivityOf } from "../../core/mod.ts";

/** The schema of `activity`. */
export const activityFile = z.array(
  z.strictObject({
    phones: z.string().regex(PHONE_GLOB, "must be a glob of phones, such as virtual:*").describe(
      "Which phones, by their names: * is any characters, ? is one. The first entry that fits a phone counts.",
    ),
    buttons: z.boolean().default(false).describe("How often buttons go down and up."),
    whichButtons: z.boolean().default(false).describe(
      "With buttons: which buttons these are. PINs are typed on them, and what is written stays for years.",
    ),
    hookSwitches: z.boolean().default(false).describe("What goes on hook and off."),
    states: z.boolean().default(false).describe(
      "Which states change (lamp, display, ringMode and so on), and how often; never to what.",
    ),
  }).refine(
    ({ buttons, whichButtons }) => buttons || !whichButtons,
    "it has whichButtons without buttons: let it have both",
  ),
).max(256);

/** What is recorded of each phone. */
export function activityOf(entries: z.infer<typeof activityFile>): ActivityOf {
  return (phone) => entries.find(({ phones }) => matches(phone, phones));
}
