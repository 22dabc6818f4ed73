/**
 * What a virtual phone remembers: its state, in memory only.
 *
 * @module
 */
import type {
  ButtonFunction,
  ButtonMode,
  HookSwitchDevice,
  HookSwitchMode,
  LampMode,
  PartialCapabilities,
} from "switchroom/plugin";
import { KEYPAD } from "./models.ts";

/** The meaning of one button. */
export interface ButtonMeaning {
  mode: ButtonMode;
  function: ButtonFunction;
  text: string;
  devSpecific?: Uint8Array;
}

/** The state of one virtual phone. */
export interface Memory {
  /** The mode of each device. */
  hooks: Record<HookSwitchDevice, HookSwitchMode>;
  /** 0…65535 each. */
  volumes: Record<HookSwitchDevice, number>;
  /** 0…65535 each. */
  gains: Record<HookSwitchDevice, number>;
  /** Mode 0 = silence. */
  ring: { mode: number; volume: number };
  /** One code point a cell, row by row. */
  cells: string[];
  /** By lamp. */
  lamps: Map<number, LampMode>;
  /** By button. */
  buttons: Map<number, ButtonMeaning>;
  /** By data id; each as long as its area. */
  areas: Uint8Array[];
}

const HALF = 0x8000;

/** The state of a phone that has just been unpacked. */
export function newMemory({ display, buttons = [], setData = [] }: PartialCapabilities): Memory {
  return {
    hooks: { handset: "onHook", speaker: "onHook", headset: "onHook" },
    volumes: { handset: HALF, speaker: HALF, headset: HALF },
    gains: { handset: HALF, speaker: HALF, headset: HALF },
    ring: { mode: 0, volume: HALF },
    cells: Array<string>((display?.rows ?? 0) * (display?.columns ?? 0)).fill(" "),
    lamps: new Map(buttons.filter(({ lampModes }) => lampModes).map(({ id }) => [id, "off"])),
    buttons: new Map(
      buttons.map(({ id, mode = "dummy", function: task = "unknown" }) => {
        const text = mode === "keypad" ? KEYPAD[id] ?? "" : "";
        return [id, { mode, function: task, text }];
      }),
    ),
    areas: setData.map((size) => new Uint8Array(size)),
  };
}
