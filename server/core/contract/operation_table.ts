/**
 * The nine asynchronous operations, a row each (contract 2.1): what each is given, which values the contract knows,
 * what of a phone it works on, and how it is told in documents and on a command line.
 *
 * All else that has a part for each operation is made from this table: the checks of the core and the SDK, the shapes
 * of HTTP and the socket, the documents, the features of a phone, the methods of the client and the keys of the command
 * line. A tenth operation is a row here and a method of a driver.
 *
 * @module
 */
import type { ButtonCapability, DeviceCapabilities } from "./device_capabilities.ts";
import { PhoneError } from "./errors.ts";
import {
  BUTTON_FUNCTIONS,
  BUTTON_MODES,
  type ButtonMode,
  HOOKSWITCH_DEVICES,
  type HookSwitchDevice,
  isVendorButtonFunction,
  isVendorLampMode,
  type LampMode,
  SETTABLE_HOOKSWITCH_MODES,
  SETTABLE_LAMP_MODES,
} from "./names.ts";
import {
  allNamed,
  bytes,
  dword,
  level,
  named,
  namedOrVendors,
  optional,
  type Parameter,
  type Parameters,
  text,
  type ValuesOf,
} from "./parameter.ts";

/** How many features of a phone name an operation (contract 7.5): none, one, or one for each hookswitch device. */
export type FeatureCount = "none" | "one" | "perDevice";

/** Whether a phone has something, or which of its devices have it. */
export type Had = boolean | readonly HookSwitchDevice[];

/** A row of the table. */
export interface Operation<Of extends Parameters = Parameters, Features extends FeatureCount = FeatureCount> {
  /** What it sets, in words. */
  readonly summary: string;
  /** What it is given, by their names. */
  readonly parameters: Of;
  /** Parameters that a full desk phone takes. */
  readonly example: ValuesOf<Of>;
  /** How many features name it and the getter of what it sets. */
  readonly features: Features;
  /** Whether a phone has what the operation sets; without it every phone has. */
  settable?(capabilities: DeviceCapabilities): Had;
  /** Whether a phone has what the getter of the same thing reads; as `settable` without it. */
  readable?(capabilities: DeviceCapabilities): Had;
  /** Whether a handle that only monitors the phone may request it: it changes nothing that the contract knows (Q11). */
  readonly monitorMay?: true;
  /**
   * What of a phone it sets, in words: of two operations that set the same, the second waits for the first (R101). Left
   * out where nobody but the driver knows.
   */
  items?(params: ValuesOf<Of>): readonly string[];
  /** Whether it can be used on a phone whose link is down: its list of errors has no INVALPHONESTATE (contract 2.0). */
  readonly withoutLink?: true;
  /**
   * Fits parameters to a phone, before its driver is called (contract 4.9); left out where every phone takes them all.
   *
   * @throws {PhoneError} What this phone does not have, or cannot be.
   */
  fit?(params: DriverValuesOf<Of>, capabilities: DeviceCapabilities): DriverValuesOf<Of>;
}

/** The values of parameters, as a driver has them: bytes are bytes. */
export type DriverValuesOf<Of extends Parameters> = {
  [Key in keyof ValuesOf<Of>]: Of[Key & keyof Of] extends Parameter<unknown, "bytes"> ? Uint8Array : ValuesOf<Of>[Key];
};

/** Lets the compiler find out what a row takes. */
function operation<const Of extends Parameters, const Features extends FeatureCount>(
  row: Operation<Of, Features>,
): Operation<Of, Features> {
  return row;
}

const device = named({
  names: HOOKSWITCH_DEVICES,
  error: "INVALHOOKSWITCHDEV",
  description: "Which device.",
});

/** The table. */
export const OPERATION_TABLE = {
  devSpecific: operation({
    summary: "A block of bytes for the driver",
    parameters: { params: bytes("An opaque block: the plugin says what it means.") },
    example: { params: "eyJwcmVzcyI6MTJ9" },
    features: "none",
    monitorMay: true,
    withoutLink: true,
  }),

  setButtonInfo: operation({
    summary: "The meaning and text of a button",
    parameters: {
      button: dword("INVALBUTTONLAMPID", "Which button."),
      mode: named({ names: BUTTON_MODES, error: "INVALBUTTONMODE", description: "What kind of button it is to be." }),
      function: namedOrVendors({
        names: BUTTON_FUNCTIONS,
        error: "INVALPARAM",
        description: "What the button is to be for; a vendor's own is a number from 0x80000000 on.",
        vendors: { is: isVendorButtonFunction, words: `go from ${0x8000_0000} to ${0xFFFF_FFFF}` },
      }),
      text: text("What is to stand beside it."),
      devSpecific: optional(bytes("The vendor's part.")),
    },
    example: { button: 12, mode: "feature", function: "hold", text: "Hold" },
    items: ({ button }) => [`button ${button}`],
    features: "one",
    settable: ({ buttons }) => buttons.some(({ mode }) => mode !== "dummy"),
    readable: ({ buttons }) => buttons.length > 0,
    withoutLink: true,
    fit(params, capabilities) {
      requireMeaning(params, buttonOf(params.button, capabilities));
      return params;
    },
  }),

  setData: operation({
    summary: "Bytes for a data area",
    parameters: { dataId: dword("INVALDATAID", "Which data area."), data: bytes("What it is to hold.") },
    example: { dataId: 0, data: "AAECAw==" },
    items: ({ dataId }) => [`data ${dataId}`],
    features: "one",
    settable: ({ setData }) => setData.length > 0,
    readable: ({ getData }) => getData.length > 0,
    fit(params, { setData }) {
      const { dataId, data } = params;
      const size = setData[dataId];
      if (size === undefined) {
        throw new PhoneError("INVALDATAID", `Data area ${dataId} cannot be written: there are ${setData.length}`);
      }
      if (data.length > size) {
        throw new PhoneError("OPERATIONFAILED", `Data area ${dataId} holds ${size} bytes, not ${data.length}`);
      }
      return params;
    },
  }),

  setDisplay: operation({
    summary: "Text on the display",
    parameters: {
      row: dword("INVALPARAM", "The row of the first cell, from 0."),
      column: dword("INVALPARAM", "The column of the first cell, from 0."),
      text: text("What is to be written: a cell is one code point."),
    },
    example: { row: 0, column: 0, text: "Welcome" },
    items: () => ["display"],
    features: "one",
    settable: hasDisplay,
    fit({ row, column, text }, capabilities) {
      requireDisplay(capabilities);
      const { rows, columns } = capabilities.display;
      if (row >= rows || column >= columns) {
        throw new PhoneError(
          "INVALPARAM",
          `The display has no cell ${row},${column}: it has ${rows} rows of ${columns}`,
        );
      }
      const room = rows * columns - row * columns - column;
      // A code point is a unit or two: what has no more units than there is room need not be cut.
      const shown = text.length <= room ? text : [...text].slice(0, room).join("");
      return { row, column, text: shown.replace(CONTROLS, " ") };
    },
  }),

  setGain: operation({
    summary: "The gain of a microphone",
    parameters: { device, gain: level("0 to 65535; more counts as 65535.") },
    example: { device: "handset", gain: 32768 },
    items: ({ device }) => [`gain of ${device}`],
    features: "perDevice",
    settable: ({ gainDevices }) => gainDevices,
    readable: ({ readableGainDevices }) => readableGainDevices,
    fit(params, { gainDevices }) {
      requireDevice(params.device, { there: gainDevices, what: "gain" });
      return params;
    },
  }),

  setHookSwitch: operation({
    summary: "The hookswitch of one or more devices",
    parameters: {
      devices: allNamed({
        names: HOOKSWITCH_DEVICES,
        error: "INVALHOOKSWITCHDEV",
        description: "Which devices; the others stay as they are.",
      }),
      mode: named({
        names: SETTABLE_HOOKSWITCH_MODES,
        describing: { names: ["unknown"], what: "a hookswitch" },
        error: "INVALHOOKSWITCHMODE",
        description: "The mode of them all.",
      }),
    },
    example: { devices: ["speaker"], mode: "micSpeaker" },
    items: ({ devices }) => devices.map((device) => `hookswitch of ${device}`),
    features: "perDevice",
    settable: ({ hookSwitchDevices, hookSwitchModes }) =>
      hookSwitchDevices.filter((device) => (hookSwitchModes[device]?.settable ?? []).length > 0),
    readable: ({ hookSwitchDevices }) => hookSwitchDevices,
    fit(params, { hookSwitchDevices, hookSwitchModes }) {
      for (const device of params.devices) {
        requireDevice(device, { there: hookSwitchDevices, what: "hookswitch" });
        const settable = hookSwitchModes[device]?.settable ?? [];
        if (!settable.includes(params.mode)) {
          throw new PhoneError(
            "INVALHOOKSWITCHMODE",
            `The ${device} cannot be ${params.mode}: ${choice(settable)}`,
          );
        }
      }
      return params;
    },
  }),

  setLamp: operation({
    summary: "The mode of a lamp",
    parameters: {
      lamp: dword("INVALBUTTONLAMPID", "Which lamp: the number of its button."),
      mode: namedOrVendors({
        names: SETTABLE_LAMP_MODES,
        describing: { names: ["dummy", "unknown"], what: "a lamp" },
        error: "INVALLAMPMODE",
        description: "The mode; a vendor's own is a number, one bit of the high 16.",
        vendors: { is: isVendorLampMode, words: "are one bit of the high 16" },
      }),
    },
    example: { lamp: 20, mode: "steady" },
    items: ({ lamp }) => [`lamp ${lamp}`],
    features: "one",
    settable: ({ buttons }) => buttons.some(({ lampModes }) => hasLamp(lampModes)),
    fit(params, capabilities) {
      const settable: LampMode[] = lampModesOf(params.lamp, capabilities).filter((mode) =>
        mode !== "dummy" && mode !== "unknown"
      );
      if (!settable.includes(params.mode)) {
        throw new PhoneError(
          "INVALLAMPMODE",
          `Lamp ${params.lamp} cannot be ${params.mode}: ${choice(settable)}`,
        );
      }
      return params;
    },
  }),

  setRing: operation({
    summary: "The ring pattern, 0 for silence, and its volume",
    parameters: {
      mode: dword("INVALRINGMODE", "The pattern, 0 for silence."),
      volume: level("0 to 65535; more counts as 65535."),
    },
    example: { mode: 1, volume: 32768 },
    items: () => ["ring"],
    features: "one",
    settable: ({ ringModes }) => ringModes > 0,
    readable: () => true,
    fit(params, { ringModes }) {
      if (ringModes === 0) throw new PhoneError("OPERATIONUNAVAIL", "The ring of this phone cannot be set");
      if (params.mode > ringModes) {
        throw new PhoneError(
          "INVALRINGMODE",
          `There is no ring mode ${params.mode}: 0 is silence, 1 to ${ringModes} ring`,
        );
      }
      return params;
    },
  }),

  setVolume: operation({
    summary: "The volume of a speaker",
    parameters: { device, volume: level("0 to 65535; more counts as 65535.") },
    example: { device: "handset", volume: 32768 },
    items: ({ device }) => [`volume of ${device}`],
    features: "perDevice",
    settable: ({ volumeDevices }) => volumeDevices,
    readable: ({ readableVolumeDevices }) => readableVolumeDevices,
    fit(params, { volumeDevices }) {
      requireDevice(params.device, { there: volumeDevices, what: "volume" });
      return params;
    },
  }),
};

/** The lamp modes of a button that has a lamp; throws `INVALBUTTONLAMPID` if there is no such lamp. */
export function lampModesOf(lamp: number, capabilities: DeviceCapabilities): LampMode[] {
  const { lampModes } = buttonOf(lamp, capabilities);
  if (!hasLamp(lampModes)) throw new PhoneError("INVALBUTTONLAMPID", `Button ${lamp} has no lamp`);
  return lampModes;
}

/** The button of that id; throws `INVALBUTTONLAMPID` if there is none. */
export function buttonOf(id: number, { buttons }: DeviceCapabilities): ButtonCapability {
  const button = buttons.find((button) => button.id === id);
  if (!button) throw new PhoneError("INVALBUTTONLAMPID", `There is no button or lamp ${id}`);
  return button;
}

/** Whether there is a lamp at all: without one its only mode is `dummy`. */
export function hasLamp(lampModes: readonly LampMode[]): boolean {
  return lampModes.some((mode) => mode !== "dummy");
}

/**
 * What a button may be told to mean (R106): where no button is, none comes, a key of the keypad stays one, and nothing
 * else becomes either. The list of errors has no code for a mode, so that one is OPERATIONFAILED.
 */
function requireMeaning({ button, mode }: { button: number; mode: ButtonMode }, { mode: now }: ButtonCapability): void {
  if (now === "dummy") throw new PhoneError("INVALBUTTONLAMPID", `There is no button at ${button}`);
  if (mode === now || (now !== "keypad" && mode !== "keypad" && mode !== "dummy")) return;
  const right = now === "keypad"
    ? "it is a key of the keypad and stays one"
    : "it can be call, feature, local or display";
  throw new PhoneError("OPERATIONFAILED", `Button ${button} cannot be ${mode}: ${right}`);
}

/** Throws `INVALHOOKSWITCHDEV` unless the device is among those that have it. */
export function requireDevice(
  device: HookSwitchDevice,
  { there, what }: { there: readonly HookSwitchDevice[]; what: string },
): void {
  if (!there.includes(device)) {
    throw new PhoneError("INVALHOOKSWITCHDEV", `The ${device} has no ${what} here: ${words(there)} has`);
  }
}

/** Throws `OPERATIONUNAVAIL` unless there is a display. */
export function requireDisplay(capabilities: DeviceCapabilities): void {
  if (!hasDisplay(capabilities)) throw new PhoneError("OPERATIONUNAVAIL", "This phone has no display");
}

function hasDisplay({ display }: DeviceCapabilities): boolean {
  return display.rows * display.columns > 0;
}

/** A line feed would be a cell, a device may take other control characters for orders: each is a blank cell (Q14). */
const CONTROLS = /\p{Cc}/gu;

/** What can be chosen instead. */
function choice(modes: readonly (string | number)[]): string {
  return modes.length > 0 ? `it can be ${words(modes)}` : "none of its modes can be set";
}

function words(names: readonly (string | number)[]): string {
  return names.length > 0 ? names.join(", ") : "none";
}
