/**
 * What operations set on a phone, and what drivers say that is set: each is told by one state (contract 5.3).
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { StateValues } from "../core/contract/events.ts";
import { keysOf } from "../core/contract/keys.ts";
import {
  HOOKSWITCH_DEVICES,
  type HookSwitchDevice,
  isVendorLampMode,
  type LampMode,
  PHONE_STATES,
  type PhoneState,
} from "../core/contract/names.ts";
import { OFFER_BOUNDS } from "../core/contract/offered_phone.ts";
import { type Operation, OPERATION_TABLE } from "../core/contract/operation_table.ts";
import {
  type GetterName,
  type GetterParameters,
  type GetterResults,
  type OperationName,
  OPERATIONS,
} from "../core/contract/operations.ts";
import { StateValues as Values } from "../core/contract/state_values.ts";
import { displayLength, TEXT_LIMIT } from "../wire/mod.ts";
import { areKnown, cellsOf, rowsOf, unknownCells, written } from "./display_cells.ts";
import type { Driver, DriverAnswer, DriverGetters, DriverParameters } from "./driver.ts";
import { displayRows } from "./getters.ts";
import { hookSwitchMode } from "./status.ts";

/** Something of a phone that has a value. */
export interface Thing {
  /** The state that tells that it has changed. */
  readonly state: PhoneState;
  /** Which lamp, or which button. */
  readonly id?: number;
}

/** A value: a name or number, the cells of a display, all that a button means. What is not known is undefined. */
export type Value = string | number | undefined;

/** Something that is set. */
export interface Setting extends Thing {
  /** What it is afterwards, from what it was before. */
  value(before: Value): Value;
}

type Meaning = Pick<GetterResults["getButtonInfo"], "mode" | "function" | "text"> & {
  devSpecific?: string | Uint8Array;
};

/** Something of the phone that an operation sets. */
interface SetOfPhone<Params> {
  readonly state: PhoneState;
  /** Which lamp, or which button. */
  id?(params: Params): number;
  value(params: Params, known: { before: Value; display: PhoneCapabilities["display"] }): Value;
}

/** Something that an operation sets of each device that it is for. */
interface SetOfDevices<Params> {
  /** The devices that have it. */
  devices(capabilities: PhoneCapabilities): readonly HookSwitchDevice[];
  state(device: HookSwitchDevice): PhoneState;
  value(params: Params): Value;
}

/** What each operation sets, and the states that tell of it; nothing where none does. */
const SETS: {
  [Name in OperationName]: readonly (SetOfPhone<DriverParameters[Name]> | SetOfDevices<DriverParameters[Name]>)[];
} = {
  devSpecific: [],
  setButtonInfo: [{ state: "other", id: ({ button }) => button, value: meaningOf }],
  setData: [],
  setDisplay: [{ state: "display", value: write }],
  setGain: [{ devices: ({ gainDevices }) => gainDevices, state: gainState, value: ({ gain }) => gain }],
  setHookSwitch: [{
    devices: ({ hookSwitchDevices }) => hookSwitchDevices,
    state: hookSwitchState,
    value: ({ mode }) => mode,
  }],
  setLamp: [{ state: "lamp", id: ({ lamp }) => lamp, value: ({ mode }) => mode }],
  setRing: [
    { state: "ringMode", value: ({ mode }) => mode },
    { state: "ringVolume", value: ({ volume }) => volume },
  ],
  setVolume: [{ devices: ({ volumeDevices }) => volumeDevices, state: volumeState, value: ({ volume }) => volume }],
};

/** What an operation sets of that which a state tells of. */
export function settingsOf<Name extends OperationName>(
  operation: Name,
  { params, capabilities: { display } }: { params: DriverParameters[Name]; capabilities: PhoneCapabilities },
): Setting[] {
  const settings: Setting[] = [];
  for (const each of SETS[operation]) {
    const value = (before: Value) => each.value(params, { before, display });
    if ("devices" in each) {
      for (const device of devicesIn(params)) settings.push({ state: each.state(device), value });
    } else if (each.id) settings.push({ state: each.state, id: each.id(params), value });
    else settings.push({ state: each.state, value });
  }
  return settings;
}

/** The devices that an operation is for. */
function devicesIn(params: { devices?: HookSwitchDevice[]; device?: HookSwitchDevice }): HookSwitchDevice[] {
  return params.devices ?? (params.device ? [params.device] : []);
}

/** The states of what each getter reads that may be there only to be read: then the device alone changes it. */
const STATES_READ = {
  getGain: ({ readableGainDevices }) => readableGainDevices.map(gainState),
  getVolume: ({ readableVolumeDevices }) => readableVolumeDevices.map(volumeState),
} satisfies { [Name in GetterName]?: (capabilities: PhoneCapabilities) => PhoneState[] };

/** What the SDK tells of any phone: its link, whether something else has it to itself, its capabilities. */
const STATES_OF_ANY: readonly PhoneState[] = ["connected", "disconnected", "suspend", "resume", "capsChange"];

/**
 * The states that are told of a phone: those that its author names, or else those that the driver's operations and
 * getters are of, where the phone has what they set and read; and those of any phone.
 */
export function statesOf(
  named: readonly PhoneState[] | undefined,
  { capabilities, methods }: { capabilities: PhoneCapabilities; methods: readonly string[] },
): PhoneState[] {
  const told = new Set([...named ?? statesOfMethods(capabilities, methods), ...STATES_OF_ANY]);
  return PHONE_STATES.filter((state) => told.has(state));
}

function statesOfMethods(capabilities: PhoneCapabilities, methods: readonly string[]): PhoneState[] {
  const set = OPERATIONS.filter((operation) => {
    const row: Operation = OPERATION_TABLE[operation];
    return methods.includes(operation) && row.settable?.(capabilities) !== false;
  });
  const read = keysOf(STATES_READ).filter((getter) => methods.includes(getter));
  return [
    ...set.flatMap((operation) =>
      SETS[operation].flatMap((each) => "devices" in each ? each.devices(capabilities).map(each.state) : each.state)
    ),
    ...read.flatMap((getter) => STATES_READ[getter](capabilities)),
  ];
}

function gainState(device: HookSwitchDevice): PhoneState {
  return `${device}Gain`;
}

function hookSwitchState(device: HookSwitchDevice): PhoneState {
  return `${device}HookSwitch`;
}

function volumeState(device: HookSwitchDevice): PhoneState {
  return `${device}Volume`;
}

/**
 * What a driver says that is set.
 *
 * @throws {TypeError} If a state has no value, or not such a one.
 */
export function settingsIn(values: StateValues, capabilities: PhoneCapabilities): Setting[] {
  const fault = faultIn(values);
  if (fault !== undefined) throw new TypeError(`Cannot report ${JSON.stringify(values)} as changed: ${fault}`);
  const { display, lamp, ...single } = values;
  const set = (thing: Thing, value: Value): Setting => ({ ...thing, value: () => value });
  return [
    ...display ? [set({ state: "display" }, shown(display.rows, capabilities))] : [],
    ...lamp ? [set({ state: "lamp", id: lamp.lamp }, lamp.mode)] : [],
    ...keysOf(single).map((state) => set({ state }, single[state])),
  ];
}

/** What is wrong with values, in words: undefined where they can be told. */
export function faultIn(values: StateValues): string | undefined {
  const without = Object.keys(values).find((state) => !VALUED.includes(state));
  if (without !== undefined) return `${without} is no state with a value: those are ${VALUED.join(" ")}`;
  const { lamp, ringMode = 0 } = values;
  const fault = Values.fault(values, "it");
  if (fault !== undefined) return fault;
  if (Math.max(ringMode, lamp?.lamp ?? 0) > OFFER_BOUNDS.number) return `numbers go up to ${OFFER_BOUNDS.number}`;
  return typeof lamp?.mode === "number" && !isVendorLampMode(lamp.mode)
    ? `${lamp.mode} is no vendor's mode: those are one bit of the high 16`
    : undefined;
}

/** The value of a thing as it is told; undefined where it is not known, or too long, or `other` tells of it. */
export function valuesOf(
  { state, id = 0 }: Thing,
  { value, capabilities: { display } }: { value: Value; capabilities: PhoneCapabilities },
): StateValues | undefined {
  if (value === undefined || state === "other") return undefined;
  if (state === "lamp") return { lamp: { lamp: id, mode: value as LampMode } };
  if (state !== "display") return { [state]: value };
  if (!isKnown(value)) return undefined;
  const rows = rowsOf(String(value), display);
  return displayLength(rows) <= TEXT_LIMIT ? { display: { rows } } : undefined;
}

/** Asks a driver for the value of a thing, or of all that a getter gives; some drivers answer at once. */
type Question = (driver: Driver, about: { id: number; capabilities: PhoneCapabilities }) => Promise<Value> | Value;

function question<Name extends GetterName>(
  getter: Name,
  { params, value }: {
    params: (id: number) => GetterParameters[Name];
    value: (answer: DriverAnswer<Name>, capabilities: PhoneCapabilities) => Value;
  },
): Question {
  return (driver, { id, capabilities }) => {
    const methods: DriverGetters = driver;
    const answer = methods[getter]?.(params(id));
    const known = (answer: DriverAnswer<Name>) => {
      const told = value(answer, capabilities);
      return told === "unknown" ? undefined : told;
    };
    return answer instanceof Promise ? answer.then(known) : answer && known(answer);
  };
}

const QUESTIONS: Partial<Record<PhoneState, Question>> = {
  display: question("getDisplay", {
    params: () => ({}),
    value: ({ rows }, capabilities) => shown(rows, capabilities),
  }),
  lamp: question("getLamp", { params: (lamp) => ({ lamp }), value: ({ mode }) => mode }),
  other: question("getButtonInfo", { params: (button) => ({ button }), value: meaningOf }),
  ringMode: question("getRing", { params: () => ({}), value: ({ mode }) => mode }),
  ringVolume: question("getRing", { params: () => ({}), value: ({ volume }) => volume }),
  ...Object.assign({}, ...HOOKSWITCH_DEVICES.map(questionsOf)),
};

/** The states that have a value; what `other` tells of is not said in one. */
const VALUED = Object.keys(QUESTIONS).filter((state) => state !== "other");

function questionsOf(device: HookSwitchDevice): Partial<Record<PhoneState, Question>> {
  const status = question("getStatus", { params: () => ({}), value: (told) => told[`${device}HookSwitchMode`] });
  const hook = question("getHookSwitch", { params: () => ({}), value: (told) => hookSwitchMode(device, told) });
  const questions: Record<string, Question> = {
    [`${device}Volume`]: question("getVolume", { params: () => ({ device }), value: ({ volume }) => volume }),
    [`${device}Gain`]: question("getGain", { params: () => ({ device }), value: ({ gain }) => gain }),
    [`${device}HookSwitch`]: (driver, about) => (driver.getStatus ? status : hook)(driver, about),
  };
  return questions;
}

/** Asks for the value of a thing. */
export function ask(
  { state, id = 0 }: Thing,
  { driver, capabilities }: { driver: Driver; capabilities: PhoneCapabilities },
): Promise<Value> | Value {
  return QUESTIONS[state]?.(driver, { id, capabilities });
}

/** Whether a value is known, and all of it. */
export function isKnown(value: Value): boolean {
  return typeof value === "string" ? areKnown(value) : value !== undefined;
}

function shown(rows: readonly string[], capabilities: PhoneCapabilities): string {
  return cellsOf(displayRows(rows, capabilities));
}

/** All that a button means, as a text. */
function meaningOf({ mode, function: task, text, devSpecific = "" }: Meaning): string {
  const own = typeof devSpecific === "string" ? devSpecific : devSpecific.toBase64();
  return JSON.stringify([mode, task, text, own]);
}

/** The cells of a display after a text was written (Q14); those of before that are not known stay so. */
function write(
  { row, column, text }: DriverParameters["setDisplay"],
  { before, display: { rows, columns } }: { before: Value; display: PhoneCapabilities["display"] },
): Value {
  const size = rows * columns;
  const cells = typeof before === "string" ? before : unknownCells(size);
  return written(cells, { size, from: row * columns + column, text });
}
