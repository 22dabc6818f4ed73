/**
 * The two models of virtual phones.
 *
 * @module
 */
import type {
  HookSwitchCapability,
  HookSwitchMode,
  LampMode,
  PartialButton,
  PartialCapabilities,
} from "switchroom/plugin";

const MODES: HookSwitchMode[] = ["onHook", "mic", "speaker", "micSpeaker"];
const HOOK: HookSwitchCapability = { settable: MODES, monitored: MODES };
const LAMP: LampMode[] = ["off", "steady", "wink", "flash", "flutter", "brokenFlutter"];
const AREA_BYTES = 256;
/** What `devSpecific` speaks: see `person.ts`. */
const EXTENSION = "switchroom-virtual/1";

/** The texts of the keypad, which has the first buttons. */
export const KEYPAD = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"];

const keypad = KEYPAD.map((_, id): PartialButton => ({ id, mode: "keypad", function: "none", pressable: true }));
const features = Array.from({ length: 8 }, (_, index): PartialButton => ({
  id: KEYPAD.length + index,
  mode: "feature",
  lampModes: LAMP,
  pressable: true,
}));
/** A lamp without a button. */
const message: PartialButton = { id: 20, function: "msgIndicator", lampModes: LAMP };

/** A full desk phone. */
export const DESK: PartialCapabilities = {
  hookSwitchDevices: ["handset", "speaker", "headset"],
  hookSwitchModes: { handset: HOOK, speaker: HOOK, headset: HOOK },
  volumeDevices: ["handset", "speaker", "headset"],
  gainDevices: ["handset", "speaker", "headset"],
  display: { rows: 2, columns: 24 },
  ringModes: 4,
  buttons: [...keypad, ...features, message],
  setData: [AREA_BYTES, AREA_BYTES],
  getData: [AREA_BYTES, AREA_BYTES],
  provider: "Switchroom virtual phones",
  phoneInfo: "Virtual desk phone",
  extension: EXTENSION,
};

/** A small phone: no display, a keypad, one button more with the only lamp, a handset only. */
export const MINI: PartialCapabilities = {
  hookSwitchDevices: ["handset"],
  hookSwitchModes: { handset: HOOK },
  volumeDevices: ["handset"],
  gainDevices: ["handset"],
  buttons: [...keypad, { id: KEYPAD.length, mode: "feature", lampModes: ["off", "steady"], pressable: true }],
  provider: "Switchroom virtual phones",
  phoneInfo: "Virtual small phone",
  extension: EXTENSION,
};
