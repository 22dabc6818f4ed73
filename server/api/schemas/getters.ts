/**
 * What the getters answer.
 *
 * @module
 */
import { z } from "zod";
import { STATUS_FLAGS } from "../../core/contract/names.ts";
import type { GetterResults, PhoneStatus } from "../../core/contract/operations.ts";
import { schemaOf } from "./agree.ts";
import {
  ButtonFunction,
  ButtonMode,
  ButtonState,
  Bytes,
  Device,
  Feature,
  HookSwitchMode,
  LampMode,
  Level,
} from "./names.ts";

const lamp = z.int().min(0);
const ringMode = z.int().min(0).meta({ description: "The ring pattern; 0 = not ringing." });

const Display = z.object({
  rows: z.array(z.string()).meta({ description: "Each of as many code points as the display has columns." }),
}).meta({ id: "Display", description: "What the display shows." });

const Lamp = z.object({ lamp, mode: LampMode }).meta({ id: "Lamp", examples: [{ lamp: 20, mode: "steady" }] });

const Status = schemaOf<PhoneStatus>()(
  z.object({
    statusFlags: z.array(z.enum(STATUS_FLAGS)),
    numOwners: z.int().min(0).max(1),
    numMonitors: z.int().min(0).meta({ description: "An owner is not counted." }),
    ownerName: z.string().meta({ description: "The owning application's name; empty without an owner." }),
    ringMode: ringMode.exactOptional(),
    ringVolume: Level.exactOptional(),
    handsetHookSwitchMode: HookSwitchMode.exactOptional(),
    handsetVolume: Level.exactOptional(),
    handsetGain: Level.exactOptional(),
    speakerHookSwitchMode: HookSwitchMode.exactOptional(),
    speakerVolume: Level.exactOptional(),
    speakerGain: Level.exactOptional(),
    headsetHookSwitchMode: HookSwitchMode.exactOptional(),
    headsetVolume: Level.exactOptional(),
    headsetGain: Level.exactOptional(),
    display: Display.exactOptional(),
    lampModes: z.array(Lamp).exactOptional(),
    devSpecific: Bytes.exactOptional(),
    phoneFeatures: z.array(Feature).meta({ description: "What the asking handle can use now." }),
  }).meta({
    id: "Status",
    description: "The status of a phone (PHONESTATUS). A part that the phone does not have is left out.",
  }),
);

/** What each getter answers. */
export const GETTER_ANSWERS = {
  getStatus: Status,
  getHookSwitch: schemaOf<GetterResults["getHookSwitch"]>()(
    z.object({ offHook: z.array(Device) }).meta({
      id: "HookSwitch",
      description: "The devices that are off hook.",
      examples: [{ offHook: ["handset"] }],
    }),
  ),
  getRing: schemaOf<GetterResults["getRing"]>()(
    z.object({ mode: ringMode, volume: Level }).meta({ id: "Ring", examples: [{ mode: 1, volume: 32768 }] }),
  ),
  getDisplay: schemaOf<GetterResults["getDisplay"]>()(Display),
  getVolume: schemaOf<GetterResults["getVolume"]>()(
    z.object({ device: Device, volume: Level }).meta({
      id: "Volume",
      examples: [{ device: "handset", volume: 32768 }],
    }),
  ),
  getGain: schemaOf<GetterResults["getGain"]>()(
    z.object({ device: Device, gain: Level }).meta({ id: "Gain", examples: [{ device: "handset", gain: 32768 }] }),
  ),
  getLamp: schemaOf<GetterResults["getLamp"]>()(Lamp),
  getButtonInfo: schemaOf<GetterResults["getButtonInfo"]>()(
    z.object({
      button: z.int().min(0),
      mode: ButtonMode,
      function: ButtonFunction,
      text: z.string(),
      state: ButtonState,
      devSpecific: Bytes.exactOptional(),
    }).meta({
      id: "ButtonInfo",
      examples: [{ button: 12, mode: "feature", function: "hold", text: "Hold", state: "up" }],
    }),
  ),
  getData: schemaOf<GetterResults["getData"]>()(
    z.object({ dataId: z.int().min(0), data: Bytes }).meta({ id: "Data", examples: [{ dataId: 0, data: "AAECAw==" }] }),
  ),
} satisfies Record<keyof GetterResults, z.ZodType>;
