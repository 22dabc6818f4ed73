/**
 * What `devSpecific` can ask for: to act as the person at the phone. One JSON object with one key, or two for a button
 * that is held.
 *
 * @module
 */
import {
  type HookSwitchDevice,
  type HookSwitchMode,
  PHONE_ERRORS,
  PhoneError,
  type PhoneErrorName,
} from "switchroom/plugin";
import type { Next } from "./next.ts";

/** One thing that the person at the phone does. */
export type Action =
  | { do: "press"; button: number; holdMs: number }
  | { do: "hook"; device: HookSwitchDevice; mode: HookSwitchMode }
  | { do: "connected"; connected: boolean }
  | { do: "suspended"; suspended: boolean }
  | { do: "forceClose" }
  | { do: "remove" }
  | { do: "next"; next: Next };

const MOST_OPERATIONS = 1_000;
const LONGEST_DELAY_MS = 60_000;
const LONGEST_HOLD_MS = 20_000;
const DEVICES: readonly unknown[] = ["handset", "speaker", "headset"];
const MODES: readonly unknown[] = ["onHook", "mic", "speaker", "micSpeaker"];

/**
 * Reads what is asked for.
 *
 * @throws {PhoneError} `INVALPOINTER` if it is not understood; the message says what would be.
 */
export function readAction(params: Uint8Array): Action {
  const { holdMs, ...asked } = readObject(params) as Record<string, unknown>;
  const entries = Object.entries(asked);
  const [key, value] = entries[0] ?? [];
  if (entries.length !== 1) throw refusal("it must have one key");
  if (holdMs !== undefined && key !== "press") throw refusal('"holdMs" goes with "press"');
  switch (key) {
    case "press":
      return readPress(value, holdMs);
    case "hook":
      return readHook(value);
    case "connected":
      if (typeof value === "boolean") return { do: "connected", connected: value };
      throw refusal('"connected" must be true or false');
    case "suspended":
      if (typeof value === "boolean") return { do: "suspended", suspended: value };
      throw refusal('"suspended" must be true or false');
    case "forceClose":
    case "remove":
      if (value === true) return { do: key };
      throw refusal(`"${key}" must be true`);
    case "next":
      return { do: "next", next: readNext(value) };
    default:
      throw refusal(`"${key}" is not known; press, hook, connected, suspended, forceClose, remove and next are`);
  }
}

/** Says that what was asked for is not understood, or not possible on this phone. */
export function refusal(why: string): PhoneError {
  return new PhoneError("INVALPOINTER", `A virtual phone cannot do that: ${why}`);
}

function readObject(params: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(params));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw refusal("params must be a JSON object in UTF-8");
}

function readPress(button: unknown, holdMs: unknown = 0): Action {
  if (!isInteger(button, { least: 0, most: 65_535 })) throw refusal('"press" must be the number of a button');
  if (!isInteger(holdMs, { least: 0, most: LONGEST_HOLD_MS })) {
    throw refusal(`"holdMs" must be an integer from 0 to ${LONGEST_HOLD_MS}`);
  }
  return { do: "press", button, holdMs };
}

function readHook(value: unknown): Action {
  const { device, mode, ...others } = (value ?? {}) as Record<string, unknown>;
  if (!DEVICES.includes(device) || !MODES.includes(mode) || Object.keys(others).length > 0) {
    throw refusal(`"hook" must have a device of ${DEVICES.join(" ")} and a mode of ${MODES.join(" ")}`);
  }
  return { do: "hook", device: device as HookSwitchDevice, mode: mode as HookSwitchMode };
}

function readNext(value: unknown): Next {
  const { count, delayMs = 0, error, ...others } = (value ?? {}) as Record<string, unknown>;
  if (!isInteger(count, { least: 1, most: MOST_OPERATIONS })) {
    throw refusal(`"count" must be an integer from 1 to ${MOST_OPERATIONS}`);
  }
  if (!isInteger(delayMs, { least: 0, most: LONGEST_DELAY_MS })) {
    throw refusal(`"delayMs" must be an integer from 0 to ${LONGEST_DELAY_MS}`);
  }
  if (Object.keys(others).length > 0) throw refusal('"next" may have count, delayMs and error');
  return { count, delayMs, ...error !== undefined && { error: readError(error) } };
}

function readError(value: unknown): PhoneError {
  const name = String(value).replace(/^PHONEERR_/, "");
  const isName = typeof value === "string" && Object.hasOwn(PHONE_ERRORS, name);
  if (!isName && typeof value !== "number") throw refusal('"error" must be a PHONEERR_ name or a number');
  try {
    return new PhoneError(isName ? name as PhoneErrorName : Number(value));
  } catch {
    throw refusal('"error" must be a telephony error or a vendor\'s number');
  }
}

function isInteger(value: unknown, { least, most }: { least: number; most: number }): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}
