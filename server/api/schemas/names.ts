/**
 * The small words that answers and events are made of.
 *
 * @module
 */
import { z } from "zod";
import { PHONE_ERRORS, type PhoneErrorCode } from "../../core/contract/errors.ts";
import { FEATURES } from "../../core/contract/features.ts";
import * as names from "../../core/contract/names.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { CAUSES, OUTCOMES } from "../../core/contract/record.ts";

const codes = Object.keys(PHONE_ERRORS).map((name) => `PHONEERR_${name}`) as PhoneErrorCode[];

/** A time. */
export const Time = z.iso.datetime({ precision: 3 }).meta({
  id: "Time",
  description: "RFC 3339 in UTC, with milliseconds.",
  examples: ["2026-03-01T09:30:00.000Z"],
});

/** A phone's name. */
export const PhoneName = z.string().meta({
  id: "PhoneName",
  description: "`PLUGIN:ID`.",
  examples: ["virtual:desk-1"],
});

/** A number of the history: also of a request, which is named by its acceptance. */
export const Seq = z.int().positive().meta({
  id: "Seq",
  description: "A place in the order of the history, from 1 on; never reused.",
});

/** The id of an application. */
export const ApplicationId = z.string().meta({
  id: "ApplicationId",
  description: "Names one application; cannot be guessed, is never reused and does not outlive the server.",
  examples: ["mVdB1XlY3eYl0wXlq0C7Dg"],
});

/** The id of a handle. */
export const HandleId = z.string().meta({
  id: "HandleId",
  description: "Names one opening of a phone; cannot be guessed, is never reused and does not outlive the server.",
  examples: ["q3w7m1c2Qe2bXoG1n5m0Vw"],
});

/** The id of a token. */
export const TokenId = z.string().meta({
  id: "TokenId",
  description: "Names a token; it is not its secret.",
  examples: ["bootstrap"],
});

/** The number of a telephony error, or 0. */
export const Result = z.int().min(-0x8000_0000).max(0).meta({
  id: "Result",
  description: "0 for success, else the signed 32-bit number of a telephony error (PHONEERR_) or of a vendor's own.",
  examples: [0, -1879048165],
});

/** The name of a telephony error. */
export const ErrorCode = z.enum(codes).meta({
  id: "ErrorCode",
  description: "The name of a telephony error; a vendor's own has none.",
});

/** Bytes. */
export const Bytes = z.base64().meta({ id: "Bytes", description: "Bytes in base64." });

export const Operation = z.enum(OPERATIONS).meta({
  id: "Operation",
  description: "One of the nine asynchronous operations.",
});

export const Outcome = z.enum(OUTCOMES).meta({ id: "Outcome", description: "How a request ended." });

export const Cause = z.enum(CAUSES).meta({
  id: "Cause",
  description: "Why a request ended otherwise than by its driver's free will, or why a handle was closed.",
});

export const Device = z.enum(names.HOOKSWITCH_DEVICES).meta({ id: "Device", description: "A hookswitch device." });

export const HookSwitchMode = z.enum(names.HOOKSWITCH_MODES).meta({
  id: "HookSwitchMode",
  description: "The mode of a hookswitch device; `unknown` is a description, never a setting.",
});

export const LampMode = z.union([z.enum(names.LAMP_MODES), z.number()]).meta({
  id: "LampMode",
  description:
    "The mode of a lamp, or a vendor's own: one bit of the high 16 of an unsigned 32-bit number. `dummy` and `unknown` are never settings.",
});

export const ButtonMode = z.enum(names.BUTTON_MODES).meta({
  id: "ButtonMode",
  description: "What kind of button it is.",
});

export const ButtonState = z.enum(names.BUTTON_STATES).meta({
  id: "ButtonState",
  description: "The state of a button.",
});

export const ButtonFunction = z.union([z.enum(names.BUTTON_FUNCTIONS), z.number()]).meta({
  id: "ButtonFunction",
  description: "What a button is for, or a vendor's own: 0x80000000 to 0xFFFFFFFF.",
});

export const PhoneState = z.enum(names.PHONE_STATES).meta({
  id: "PhoneState",
  description: "What can have changed about a phone.",
});

export const Privilege = z.enum(names.PRIVILEGES).meta({
  id: "Privilege",
  description: "`owner` changes the phone, and there is one at most; `monitor` reads and listens.",
});

export const Feature = z.enum(FEATURES).meta({
  id: "Feature",
  description: "Something that can be done with a phone.",
});

/** A volume or gain as a phone tells it. */
export const Level = z.int().min(0).max(0xFFFF).meta({
  id: "Level",
  description: "From silence to the maximum, linear.",
});
