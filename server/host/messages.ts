/**
 * The check of everything that comes from a plugin's process: it may lie.
 *
 * @module
 */
import { z } from "zod";
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { StateValues } from "../core/contract/events.ts";
import { isErrorValue } from "../core/contract/errors.ts";
import {
  BUTTON_FUNCTIONS,
  BUTTON_MODES,
  BUTTON_STATES,
  HOOKSWITCH_DEVICES,
  HOOKSWITCH_MODES,
  isVendorButtonFunction,
  isVendorLampMode,
  LAMP_MODES,
  PHONE_STATES,
  STATUS_FLAGS,
} from "../core/contract/names.ts";
import { FEATURES } from "../core/contract/features.ts";
import { spaced } from "../core/contract/text.ts";
import { OFFER_BOUNDS, type OfferedPhone, PHONE_ID } from "../core/contract/offered_phone.ts";
import { type GetterName, type GetterResults, GETTERS, OPERATIONS } from "../core/contract/operations.ts";
import { displayLength, type FromPlugin, TEXT_LIMIT } from "../wire/mod.ts";

/** What a plugin says to the core, as against to its supervisor. */
export type PluginReport = Exclude<
  FromPlugin,
  { type: "hello" | "ready" | "startFailed" | "stopped" | "fault" | "beat" | "log" }
>;

/** Says that a plugin broke the wire's rules. */
export class WireFault extends Error {
  override readonly name = "WireFault";
}

const phone = z.string().regex(PHONE_ID);
/** In one line that gives no orders to a terminal, and as the history can keep it: a plugin's words are shown as they are. */
const shown = (longest: number) => z.string().max(longest).transform((text) => spaced(text.toWellFormed()));
const words = shown(TEXT_LIMIT);
const call = z.int().min(1);
const small = z.int().min(0).max(OFFER_BOUNDS.number);
const name = shown(OFFER_BOUNDS.name);
const base64 = z.base64();
const device = z.enum(HOOKSWITCH_DEVICES);
const hookSwitchMode = z.enum(HOOKSWITCH_MODES);
const lampMode = z.union([z.enum(LAMP_MODES), z.number().refine(isVendorLampMode)]);
const lamp = z.strictObject({ lamp: small, mode: lampMode });
const buttonMode = z.enum(BUTTON_MODES);
const buttonState = z.enum(BUTTON_STATES);
const buttonFunction = z.union([z.enum(BUTTON_FUNCTIONS), z.number().refine(isVendorButtonFunction)]);
const state = z.enum(PHONE_STATES).exclude(["owner", "monitors", "connected", "disconnected"]);
const display = z.strictObject({ rows: z.array(z.string().max(131_072)).max(65_535) });
const result = z.int().refine((value) => value === 0 || isErrorValue(value));

const capabilities: z.ZodType<PhoneCapabilities> = z.strictObject({
  states: z.array(z.enum(PHONE_STATES)).max(PHONE_STATES.length),
  hookSwitchDevices: z.array(device).max(HOOKSWITCH_DEVICES.length),
  hookSwitchModes: z.partialRecord(
    device,
    z.strictObject({
      settable: z.array(hookSwitchMode).max(HOOKSWITCH_MODES.length),
      monitored: z.array(hookSwitchMode).max(HOOKSWITCH_MODES.length),
    }),
  ),
  volumeDevices: z.array(device).max(HOOKSWITCH_DEVICES.length),
  gainDevices: z.array(device).max(HOOKSWITCH_DEVICES.length),
  readableVolumeDevices: z.array(device).max(HOOKSWITCH_DEVICES.length),
  readableGainDevices: z.array(device).max(HOOKSWITCH_DEVICES.length),
  display: z.strictObject({ rows: small, columns: small }),
  ringModes: small,
  buttons: z.array(z.strictObject({
    id: small,
    mode: buttonMode,
    function: buttonFunction,
    // Each once: a mode that is named again says nothing, and everybody who asks for the phones would be sent it.
    lampModes: z.array(lampMode).min(1).max(OFFER_BOUNDS.lampModes).transform((modes) => [...new Set(modes)]),
    pressable: z.boolean().exactOptional(),
  })).max(OFFER_BOUNDS.buttons),
  setData: z.array(small).max(OFFER_BOUNDS.dataAreas),
  getData: z.array(small).max(OFFER_BOUNDS.dataAreas),
  features: z.array(z.enum(FEATURES)).max(FEATURES.length),
  deviceClasses: z.array(name).max(OFFER_BOUNDS.deviceClasses),
  provider: words,
  phoneInfo: words,
  permanentId: name,
  extension: name,
});

const offer: z.ZodType<OfferedPhone> = z.strictObject({
  id: phone,
  name: z.string().min(1).pipe(name),
  capabilities,
  connected: z.boolean(),
  methods: z.array(z.enum([...OPERATIONS, ...GETTERS])).max(OPERATIONS.length + GETTERS.length),
});

const levels = {
  ringMode: small.exactOptional(),
  ringVolume: small.exactOptional(),
  handsetVolume: small.exactOptional(),
  handsetGain: small.exactOptional(),
  speakerVolume: small.exactOptional(),
  speakerGain: small.exactOptional(),
  headsetVolume: small.exactOptional(),
  headsetGain: small.exactOptional(),
};

/** The new values of states; a display's is bounded, for each of its handles is sent it. */
const values: z.ZodType<StateValues> = z.strictObject({
  display: z.strictObject({ rows: z.array(z.string()) }).refine(({ rows }) => displayLength(rows) <= TEXT_LIMIT)
    .exactOptional(),
  lamp: lamp.exactOptional(),
  ...levels,
  handsetHookSwitch: hookSwitchMode.exactOptional(),
  speakerHookSwitch: hookSwitchMode.exactOptional(),
  headsetHookSwitch: hookSwitchMode.exactOptional(),
});

/** Every message of a plugin; the hot one first. */
export const fromPlugin: z.ZodType<FromPlugin> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("done"), requestId: call, result, message: words.exactOptional() }),
  z.strictObject({ type: z.literal("answer"), call, value: z.unknown().optional() }),
  z.strictObject({ type: z.literal("refuse"), call, result: result.refine((value) => value !== 0), message: words }),
  z.strictObject({
    type: z.literal("state"),
    phone,
    states: z.array(state).min(1).max(PHONE_STATES.length),
    detail: z.union([z.int(), shown(64)]).exactOptional(),
    values: values.exactOptional(),
  }),
  z.strictObject({
    type: z.literal("button"),
    phone,
    button: small,
    mode: buttonMode,
    state: buttonState,
    heldMs: z.int().min(0).exactOptional(),
  }),
  z.strictObject({ type: z.literal("devSpecific"), phone, params: base64 }),
  z.strictObject({ type: z.literal("connected"), phone, connected: z.boolean() }),
  z.strictObject({ type: z.literal("suspended"), phone, suspended: z.boolean() }),
  z.strictObject({ type: z.literal("forceClosing"), phone }),
  z.strictObject({ type: z.literal("forceClosed"), phone }),
  z.strictObject({ type: z.literal("addPhone"), call, phone: offer }),
  z.strictObject({ type: z.literal("removePhone"), call, phone }),
  z.strictObject({ type: z.literal("capabilities"), call, phone, capabilities }),
  z.strictObject({
    type: z.literal("buttonMeant"),
    phone,
    button: small,
    mode: buttonMode,
    function: buttonFunction,
  }),
  z.strictObject({
    type: z.literal("beat"),
    beat: z.int().min(0),
    rssBytes: z.number().min(0),
    cpu: z.number().min(0),
    lagMs: z.number().min(0),
  }),
  z.strictObject({ type: z.literal("log"), level: z.enum(["debug", "info", "warn", "error"]), text: words }),
  z.strictObject({ type: z.literal("hello"), wire: z.int(), sdk: shown(64) }),
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("startFailed"), message: words, verdict: z.enum(["notYet", "never", "crash"]) }),
  z.strictObject({ type: z.literal("stopped") }),
  z.strictObject({ type: z.literal("fault"), message: words }),
]);

const status = z.strictObject({
  statusFlags: z.array(z.enum(STATUS_FLAGS)).max(STATUS_FLAGS.length),
  numOwners: z.literal(0),
  numMonitors: z.literal(0),
  ownerName: z.literal(""),
  ...levels,
  handsetHookSwitchMode: hookSwitchMode.exactOptional(),
  speakerHookSwitchMode: hookSwitchMode.exactOptional(),
  headsetHookSwitchMode: hookSwitchMode.exactOptional(),
  display: display.exactOptional(),
  lampModes: z.array(lamp).max(OFFER_BOUNDS.buttons).exactOptional(),
  devSpecific: base64.exactOptional(),
  phoneFeatures: z.array(z.enum(FEATURES)).max(FEATURES.length),
});

/** What each getter may give. */
export const getterResults: { [Name in GetterName]: z.ZodType<GetterResults[Name]> } = {
  getStatus: status,
  getHookSwitch: z.strictObject({ offHook: z.array(device).max(HOOKSWITCH_DEVICES.length) }),
  getRing: z.strictObject({ mode: small, volume: small }),
  getDisplay: display,
  getVolume: z.strictObject({ device, volume: small }),
  getGain: z.strictObject({ device, gain: small }),
  getLamp: z.strictObject({ lamp: small, mode: lampMode }),
  getButtonInfo: z.strictObject({
    button: small,
    mode: buttonMode,
    function: buttonFunction,
    // What stands beside a button is the phone's, as its display is.
    text: z.string().max(TEXT_LIMIT),
    state: buttonState,
    devSpecific: base64.exactOptional(),
  }),
  getData: z.strictObject({ dataId: small, data: base64 }),
};
