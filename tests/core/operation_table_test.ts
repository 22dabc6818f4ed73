/**
 * The table of operations: the types and lists that come of it, and what the compiler says to whoever adds a tenth.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { DeviceCapabilities } from "../../server/core/contract/device_capabilities.ts";
import { type Feature, FEATURES, type FeaturesOf, featuresOf } from "../../server/core/contract/features.ts";
import type {
  ButtonFunction,
  ButtonMode,
  HookSwitchDevice,
  HookSwitchMode,
  LampMode,
} from "../../server/core/contract/names.ts";
import { type DriverValuesOf, type Operation, OPERATION_TABLE } from "../../server/core/contract/operation_table.ts";
import { type OperationName, type OperationParameters, OPERATIONS } from "../../server/core/contract/operations.ts";
import {
  bytes,
  dword,
  named,
  type Parameters as Described,
  type ValuesOf,
} from "../../server/core/contract/parameter.ts";
import type {
  NotSucceeded,
  Operations,
  OperationsOf,
  Outcome,
  Phone,
  Reply,
  Success,
} from "../../server/client/mod.ts";
import type { DriverParameters } from "../../server/plugin/driver.ts";
import { NO_CAPABILITIES } from "../no_capabilities.ts";

/** What contract 2.1 says that each operation is given, spelt out. */
interface Expected {
  devSpecific: { params: string };
  setButtonInfo: {
    button: number;
    mode: ButtonMode;
    function: ButtonFunction;
    text: string;
    devSpecific?: string;
  };
  setData: { dataId: number; data: string };
  setDisplay: { row: number; column: number; text: string };
  setGain: { device: HookSwitchDevice; gain: number };
  setHookSwitch: { devices: HookSwitchDevice[]; mode: HookSwitchMode };
  setLamp: { lamp: number; mode: LampMode };
  setRing: { mode: number; volume: number };
  setVolume: { device: HookSwitchDevice; volume: number };
}

type Plain<Type> = Type extends Uint8Array ? Type
  : Type extends object ? { [Key in keyof Type]: Plain<Type[Key]> }
  : Type;
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Other ? 1 : 2) ? true : false;
/** Compiles only if both are the same type. */
function same<One, Other>(_are: Same<Plain<One>, Plain<Other>>): void {}

Deno.test("contract 2.1: the table gives each of the nine the parameters that the contract names, and no other", () => {
  same<OperationParameters, Expected>(true);
  deepEqual(OPERATIONS, [
    "devSpecific",
    "setButtonInfo",
    "setData",
    "setDisplay",
    "setGain",
    "setHookSwitch",
    "setLamp",
    "setRing",
    "setVolume",
  ]);
});

Deno.test("a driver is given the same parameters, bytes as bytes", () => {
  same<DriverParameters["setLamp"], Expected["setLamp"]>(true);
  same<DriverParameters["devSpecific"], { params: Uint8Array }>(true);
  same<DriverParameters["setData"], { dataId: number; data: Uint8Array }>(true);
  same<DriverParameters["setButtonInfo"]["devSpecific"], Uint8Array | undefined>(true);
});

Deno.test("each row's example is one that the contract knows: its checks give it back as it is", () => {
  for (const name of OPERATIONS) {
    const { example, parameters }: Operation = OPERATION_TABLE[name];
    for (const [place, value] of Object.entries(example)) deepEqual(parameters[place]?.check(value, place), value);
  }
});

Deno.test("contract 7.5: the features come in the order of their bits, a word for each thing and device", () => {
  equal(FEATURES.length, 29);
  deepEqual(FEATURES.slice(0, 5), ["getButtonInfo", "getData", "getDisplay", "getGainHandset", "getGainSpeaker"]);
  deepEqual(FEATURES.slice(-3), ["setVolumeSpeaker", "setVolumeHeadset", "genericPhone"]);
  const capabilities = { ...NO_CAPABILITIES, volumeDevices: ["speaker" as const], ringModes: 1 };
  deepEqual(featuresOf(capabilities, ["setVolume", "getRing", "setRing", "setLamp"]), [
    "getRing",
    "setRing",
    "setVolumeSpeaker",
  ]);
});

Deno.test("contract 7.5: a hookswitch that no mode can be set of is one that can be read only", () => {
  const capabilities: DeviceCapabilities = {
    ...NO_CAPABILITIES,
    hookSwitchDevices: ["handset", "speaker", "headset"],
    hookSwitchModes: {
      handset: { settable: ["onHook"], monitored: [] },
      speaker: { settable: [], monitored: ["onHook", "micSpeaker"] },
    },
  };
  deepEqual(featuresOf(capabilities, ["setHookSwitch", "getHookSwitch"]), [
    "getHookSwitchHandset",
    "getHookSwitchSpeaker",
    "getHookSwitchHeadset",
    "setHookSwitchHandset",
  ]);
});

/** Whoever adds a tenth operation adds a row, such as this one … */
const SET_BACKLIGHT = {
  summary: "The light behind the display",
  parameters: {
    level: dword("INVALPARAM", "How bright."),
    colour: named({ names: ["white", "amber"], error: "INVALPARAM", description: "Which colour." }),
    pattern: bytes("How it goes."),
  },
  example: { level: 3, colour: "amber", pattern: "AAEC" },
  features: "one",
  settable: ({ display }) => display.rows > 0,
} as const satisfies Operation<Described>;
type Ten = typeof OPERATION_TABLE & { setBacklight: typeof SET_BACKLIGHT };

Deno.test("a tenth operation is a row: its parameters, features and driver's method follow from it", () => {
  same<ValuesOf<Ten["setBacklight"]["parameters"]>, { level: number; colour: "white" | "amber"; pattern: string }>(
    true,
  );
  same<DriverValuesOf<Ten["setBacklight"]["parameters"]>["pattern"], Uint8Array>(true);
  same<FeaturesOf<Ten>, Exclude<Feature, "genericPhone"> | "setBacklight" | "getBacklight">(true);
});

Deno.test("a client's phone has a method for each row, a tenth too, which takes what the row says", () => {
  type Taken<Table extends Readonly<Record<string, Pick<Operation, "parameters">>>> = {
    [Name in keyof Table]: ValuesOf<Table[Name]["parameters"]>;
  };
  same<keyof Operations, OperationName>(true);
  same<OperationsOf<Taken<typeof OPERATION_TABLE>>, Operations>(true);
  same<
    Parameters<OperationsOf<Taken<Ten>>["setBacklight"]>[0],
    { level: number; colour: "white" | "amber"; pattern: string }
  >(
    true,
  );
});

Deno.test("a client's operation gives what has succeeded, or rejects; tried, it gives whatever outcome there is", () => {
  same<Awaited<ReturnType<Phone["setLamp"]>>, Success>(true);
  same<Success["outcome"], "succeeded">(true);
  same<keyof Phone["try"], OperationName>(true);
  same<Parameters<Phone["try"]["setLamp"]>, Parameters<Phone["setLamp"]>>(true);
  same<Awaited<ReturnType<Phone["try"]["setLamp"]>>, Reply>(true);
  same<Reply["outcome"], Outcome>(true);
  same<NotSucceeded["outcome"], Exclude<Outcome, "succeeded">>(true);
  same<Awaited<ReturnType<Phone["press"]>>, Success>(true);
  // @ts-expect-error Whoever looks for another outcome where there is none is told so.
  const _never = (success: Success) => success.outcome === "failed";
});

Deno.test("what is forgotten of a row does not compile", () => {
  const { summary, parameters, example, features } = SET_BACKLIGHT;
  // @ts-expect-error: without words for documents and help
  ({ parameters, example, features }) satisfies Operation;
  // @ts-expect-error: without parameters
  ({ summary, example, features }) satisfies Operation;
  // @ts-expect-error: without an example
  ({ summary, parameters, features }) satisfies Operation;
  // @ts-expect-error: without saying how many features name it
  ({ summary, parameters, example }) satisfies Operation;
  // @ts-expect-error: with an example that its parameters do not take
  ({ summary, parameters, example: { level: "3" }, features }) satisfies Operation<typeof parameters>;
  // @ts-expect-error: a list of the operations with one missing
  ({ devSpecific: true }) satisfies Record<OperationName, boolean>;
});
