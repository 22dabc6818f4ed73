/**
 * What is known of a button: what SIP says of keys and lamps.
 *
 * @module
 */
import type { DriverAnswer } from "switchroom/plugin";
import { FIRST_LINE_LAMP, KEYPAD, MESSAGE_LAMP } from "./capabilities.ts";

/**
 * Describes a button.
 *
 * @param watched What its line lamps watch, in their order.
 */
export function buttonInfo(button: number, watched: readonly string[]): DriverAnswer<"getButtonInfo"> {
  const key = KEYPAD[button];
  // A digit arrives as a whole: nobody can see a key that is held down.
  if (key !== undefined) return { mode: "keypad", function: "none", text: key, state: "up" };
  if (button === MESSAGE_LAMP) return { mode: "dummy", function: "msgIndicator", text: "", state: "unavailable" };
  const text = watched[button - FIRST_LINE_LAMP] ?? "";
  return { mode: "dummy", function: "unknown", text, state: "unavailable" };
}
