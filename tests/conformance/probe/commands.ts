/**
 * What a test tells the probe, as JSON in a `devSpecific` of its phone `control`, and what the probe records.
 *
 * @module
 */
import type { ButtonMode, PartialCapabilities, PhoneErrorName, PhoneState, Wanted } from "switchroom/plugin";

/** How one call of a phone goes, otherwise than well and at once. */
export interface Plan {
  /** It fails so: an error's name, a vendor's number, or `throw` for an error that is no `PhoneError`. */
  error?: PhoneErrorName | number | "throw";
  /** It lets every held call of the phone go on: what a getter can do while nothing can be asked for. */
  release?: boolean;
  /** It is held until it is released. */
  hold?: boolean;
  /** What a held operation does when its signal aborts: fail as told, fulfil, or go on; to reject with the signal's reason if left out. */
  onAbort?: PhoneErrorName | "fulfil" | "ignore";
}

/** One thing that a test tells the probe. */
export type Command =
  /** Adds a phone, whose driver lacks some methods. */
  | { do: "add"; phone: string; without?: string[] }
  /** Takes a phone away; `removed` is recorded when that has ended. */
  | { do: "remove"; phone: string }
  /** Says how the next calls of a method go, one plan each. */
  | { do: "plan"; phone: string; call: string; plans: Plan[] }
  /** Lets a held call go on: an operation by its request, any other by its name. */
  | { do: "release"; phone: string; held: number | string; error?: Plan["error"] }
  /** Reports; what is reported wrongly fails the command. */
  | { do: "state"; phone: string; states: PhoneState[]; detail?: number | string }
  | { do: "button"; phone: string; button: number; mode: ButtonMode; state: "down" | "up" }
  | { do: "devSpecific"; phone: string; text: string }
  /** Changes some of what the phone can do. */
  | { do: "capabilities"; phone: string; capabilities: PartialCapabilities }
  | { do: "connected"; phone: string; connected: boolean }
  /** Closes the phone by itself; `forceClosed` is recorded when that has ended. */
  | { do: "forceClose"; phone: string }
  /** Records what the phone is wanted to report. */
  | { do: "wanted"; phone: string }
  /** Nothing: its completion tells that everything before it has been done. */
  | { do: "mark" }
  /** Ends the process, or stays in an endless loop. */
  | { do: "exit" | "hang" };

/** One thing that happened to the probe: a call of a driver by its method's name, or `start`, `started`, `stop`, `abort`, `removed`, `forceClosed`, `wanted`. */
export interface Entry {
  /** The part of the phone's name after the colon; empty for what concerns the plugin. */
  phone: string;
  call: string;
  requestId?: number;
  /** What a method was given, bytes as base64. */
  params?: Record<string, unknown>;
  wanted?: Wanted;
}
