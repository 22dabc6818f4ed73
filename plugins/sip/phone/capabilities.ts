/**
 * What a SIP phone can do, and what is known of its buttons.
 *
 * @module
 */
import type { DriverAnswer, HookSwitchCapability, PartialButton, PartialCapabilities } from "switchroom/plugin";
import type { AccountConfiguration } from "../configuration.ts";
import { CHECK_SYNC_BYTES } from "./check_sync.ts";

/** The keypad: 0-9, then * and # (contract 5.4). */
export const KEYPAD = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"];

/** The lamp that says that messages wait. */
export const MESSAGE_LAMP = 12;

/** The lamp of the first watched resource; those of the others follow. */
export const FIRST_LINE_LAMP = 13;

/** What `devSpecific` speaks: see `command.ts`. */
const EXTENSION = "switchroom-sip/1";

const HOOK: HookSwitchCapability = { settable: ["onHook", "micSpeaker"], monitored: ["onHook", "micSpeaker"] };

/**
 * The capabilities of an account's phone. What SIP has no message for (volume, gain, texts of buttons) is not there.
 */
export function capabilitiesOf(
  { display: { rows, columns }, lamps }: Pick<AccountConfiguration, "display" | "lamps">,
  { ringModes }: { ringModes: number },
): PartialCapabilities {
  return {
    states: ["display", "lamp", "ringMode", "handsetHookSwitch"],
    hookSwitchDevices: ["handset"],
    hookSwitchModes: { handset: HOOK },
    display: { rows, columns },
    ringModes,
    buttons: [
      ...KEYPAD.map((_, id): PartialButton => ({ id, mode: "keypad", function: "none" })),
      { id: MESSAGE_LAMP, function: "msgIndicator", lampModes: ["off", "steady"] },
      ...lamps.map((_, index): PartialButton => ({
        id: FIRST_LINE_LAMP + index,
        lampModes: ["off", "flash", "steady"],
      })),
    ],
    setData: [CHECK_SYNC_BYTES],
    provider: "Switchroom SIP",
    phoneInfo: "SIP phone",
    extension: EXTENSION,
  };
}

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
