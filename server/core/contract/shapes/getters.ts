/**
 * What the getters answer.
 *
 * @module
 */
import { STATUS_FLAGS } from "../names.ts";
import type { GetterName, GetterResults, PhoneStatus } from "../operations.ts";
import { about, exactly, integer, list, object, oneOf, optional, type Shape, text } from "../shape.ts";
import { Display, Lamp, levels, RingMode } from "../state_values.ts";
import {
  ButtonFunction,
  ButtonMode,
  ButtonState,
  Bytes,
  Count,
  Device,
  Feature,
  HookSwitchMode,
  Level,
} from "./names.ts";

const Status = about(
  exactly<PhoneStatus>()(object({
    statusFlags: list(oneOf(STATUS_FLAGS)),
    numOwners: integer({ least: 0, most: 1 }),
    numMonitors: about(Count, { description: "An owner is not counted." }),
    ownerName: about(text, { description: "The owning application's name; empty without an owner." }),
    ...levels,
    handsetHookSwitchMode: optional(HookSwitchMode),
    speakerHookSwitchMode: optional(HookSwitchMode),
    headsetHookSwitchMode: optional(HookSwitchMode),
    display: optional(Display),
    lampModes: optional(list(Lamp)),
    devSpecific: optional(Bytes),
    phoneFeatures: about(list(Feature), { description: "What the asking handle can use now." }),
  })),
  {
    name: "Status",
    description: "The status of a phone (PHONESTATUS). A part that the phone does not have is left out.",
  },
);

/** What each getter answers. */
export const GETTER_ANSWERS: { readonly [Name in GetterName]: Shape<GetterResults[Name]> } = {
  getStatus: Status,
  getHookSwitch: about(
    exactly<GetterResults["getHookSwitch"]>()(object({ offHook: list(Device) })),
    {
      name: "HookSwitch",
      description: "The devices that are off hook.",
      examples: [{ offHook: ["handset"] }],
    },
  ),
  getRing: about(
    exactly<GetterResults["getRing"]>()(object({ mode: RingMode, volume: Level })),
    { name: "Ring", examples: [{ mode: 1, volume: 32768 }] },
  ),
  getDisplay: Display,
  getVolume: about(
    exactly<GetterResults["getVolume"]>()(object({ device: Device, volume: Level })),
    { name: "Volume", examples: [{ device: "handset", volume: 32768 }] },
  ),
  getGain: about(
    exactly<GetterResults["getGain"]>()(object({ device: Device, gain: Level })),
    { name: "Gain", examples: [{ device: "handset", gain: 32768 }] },
  ),
  getLamp: Lamp,
  getButtonInfo: about(
    exactly<GetterResults["getButtonInfo"]>()(object({
      button: Count,
      mode: ButtonMode,
      function: ButtonFunction,
      text,
      state: ButtonState,
      devSpecific: optional(Bytes),
    })),
    {
      name: "ButtonInfo",
      examples: [{ button: 12, mode: "feature", function: "hold", text: "Hold", state: "up" }],
    },
  ),
  getData: about(
    exactly<GetterResults["getData"]>()(object({ dataId: Count, data: Bytes })),
    { name: "Data", examples: [{ dataId: 0, data: "AAECAw==" }] },
  ),
};
