/**
 * How requests end: nearly all well, some badly, a few too late.
 *
 * @module
 */
import { PHONE_ERRORS } from "../../server/core/contract/errors.ts";
import type { Random } from "../simulation/random.ts";
import { type End, FAILED } from "./site.ts";

/** When a request that nobody completed is over. */
export const DEADLINE_MS = 30_000;

/** A vendor's own error. */
const VENDORS = -1_073_741_823;

const WELL: End = { outcome: "succeeded", result: 0 };
/** Of one that was never completed. */
export const LATE: End = { outcome: "timedOut", result: FAILED, cause: "deadline" };
const HELD_BACK: End = { ...LATE, isHeldBack: true };

const BADLY: readonly End[] = [
  { outcome: "failed", result: FAILED },
  { outcome: "failed", result: FAILED, message: "The phone answered 486 Busy Here" },
  { outcome: "failed", result: FAILED, message: "The phone did not answer within 4 s: 192.0.2.118:5060" },
  { outcome: "failed", result: FAILED, message: "Anzeige gestört: Zeichen „→“ kann das Gerät nicht" },
  { outcome: "failed", result: VENDORS, message: "E-4711 key module 2 not fitted" },
  { outcome: "failed", result: VENDORS },
  {
    outcome: "failed",
    result: PHONE_ERRORS.INVALLAMPMODE.value,
    message: "Lamp 12 cannot be flutter: it can be off or steady",
  },
  {
    outcome: "failed",
    result: PHONE_ERRORS.INVALPARAM.value,
    message: "The display has no cell 2,0: it has 2 rows of 24",
  },
  { outcome: "failed", result: PHONE_ERRORS.INVALBUTTONLAMPID.value },
  { outcome: "failed", result: PHONE_ERRORS.INVALPHONESTATE.value },
  { outcome: "failed", result: PHONE_ERRORS.RESOURCEUNAVAIL.value, message: "The line card is being updated" },
];

/** How a request ends, and after how many milliseconds. */
export function anyEnd(random: Random): { end: End; ms: number } {
  const draw = random.below(1_000);
  if (draw < 8) return { end: LATE, ms: DEADLINE_MS };
  if (draw < 9) return { end: HELD_BACK, ms: DEADLINE_MS };
  // Mostly some milliseconds; a slow phone takes a second, and some take many.
  const ms = 2 + random.below(20) + (random.once(10) ? random.below(1_500) : 0) +
    (random.once(200) ? random.below(20_000) : 0);
  return { end: draw < 50 ? random.pick(BADLY) : WELL, ms };
}
