/**
 * The small words that answers and events are made of.
 *
 * @module
 */
import { PHONE_ERRORS, type PhoneErrorCode } from "../errors.ts";
import { type Feature as FeatureName, FEATURES } from "../features.ts";
import * as names from "../names.ts";
import { type OperationName, OPERATIONS } from "../operations.ts";
import { type Cause as CauseName, CAUSES, type Outcome as OutcomeName, OUTCOMES } from "../record.ts";
import { about, base64, either, integer, matching, number, oneOf, type Shape, text } from "../shape.ts";

export { Count, HookSwitchMode, LampMode, Level } from "../state_values.ts";

const codes = Object.keys(PHONE_ERRORS).map((name) => `PHONEERR_${name}`) as PhoneErrorCode[];

/** A time. */
export const Time: Shape<string> = about(
  matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, {
    words: "a time such as 2026-03-01T09:30:00.000Z",
    schema: { format: "date-time" },
  }),
  {
    name: "Time",
    description: "RFC 3339 in UTC, with milliseconds.",
    examples: ["2026-03-01T09:30:00.000Z"],
  },
);

/** A phone's name. */
export const PhoneName: Shape<string> = about(text, {
  name: "PhoneName",
  description: "`PLUGIN:ID`.",
  examples: ["virtual:desk-1"],
});

/** A number of the history: also of a request, which is named by its acceptance. */
export const Seq: Shape<number> = about(integer({ least: 1 }), {
  name: "Seq",
  description: "A place in the order of the history, from 1 on; never reused.",
});

/** The id of an application. */
export const ApplicationId: Shape<string> = about(text, {
  name: "ApplicationId",
  description: "Names one application; cannot be guessed, is never reused and does not outlive the server.",
  examples: ["mVdB1XlY3eYl0wXlq0C7Dg"],
});

/** The id of a handle. */
export const HandleId: Shape<string> = about(text, {
  name: "HandleId",
  description: "Names one opening of a phone; cannot be guessed, is never reused and does not outlive the server.",
  examples: ["q3w7m1c2Qe2bXoG1n5m0Vw"],
});

/** The id of a token. */
export const TokenId: Shape<string> = about(text, {
  name: "TokenId",
  description: "Names a token; it is not its secret.",
  examples: ["t-5f3a0c9d1b27"],
});

/** The number of a telephony error, or 0. */
export const Result: Shape<number> = about(integer({ least: -0x8000_0000, most: 0 }), {
  name: "Result",
  description: "0 for success, else the signed 32-bit number of a telephony error (PHONEERR_) or of a vendor's own.",
  examples: [0, -1879048165],
});

/** The name of a telephony error. */
export const ErrorCode: Shape<PhoneErrorCode> = about(oneOf(codes), {
  name: "ErrorCode",
  description: "The name of a telephony error; a vendor's own has none.",
});

/** Bytes. */
export const Bytes: Shape<string> = about(base64, { name: "Bytes", description: "Bytes in base64." });

/** One of the nine. */
export const Operation: Shape<OperationName> = about(oneOf(OPERATIONS), {
  name: "Operation",
  description: "One of the nine asynchronous operations.",
});

/** How a request ended. */
export const Outcome: Shape<OutcomeName> = about(oneOf(OUTCOMES), {
  name: "Outcome",
  description: "How a request ended.",
});

/** Why a request ended, or a handle was closed. */
export const Cause: Shape<CauseName> = about(oneOf(CAUSES), {
  name: "Cause",
  description: "Why a request ended otherwise than by its driver's free will, or why a handle was closed.",
});

/** A hookswitch device. */
export const Device: Shape<names.HookSwitchDevice> = about(oneOf(names.HOOKSWITCH_DEVICES), {
  name: "Device",
  description: "A hookswitch device.",
});

/** The mode of a button. */
export const ButtonMode: Shape<names.ButtonMode> = about(oneOf(names.BUTTON_MODES), {
  name: "ButtonMode",
  description: "What kind of button it is.",
});

/** The state of a button. */
export const ButtonState: Shape<names.ButtonState> = about(oneOf(names.BUTTON_STATES), {
  name: "ButtonState",
  description: "The state of a button.",
});

/** The function of a button. */
export const ButtonFunction: Shape<names.ButtonFunction> = about(either(oneOf(names.BUTTON_FUNCTIONS), number), {
  name: "ButtonFunction",
  description: "What a button is for, or a vendor's own: 0x80000000 to 0xFFFFFFFF.",
});

/** What PHONE_STATE tells of. */
export const PhoneState: Shape<names.PhoneState> = about(oneOf(names.PHONE_STATES), {
  name: "PhoneState",
  description: "What can have changed about a phone.",
});

/** What a handle may do. */
export const Privilege: Shape<names.Privilege> = about(oneOf(names.PRIVILEGES), {
  name: "Privilege",
  description: "`owner` changes the phone, and there is one at most; `monitor` reads and listens.",
});

/** A word of contract 7.5. */
export const Feature: Shape<FeatureName> = about(oneOf(FEATURES), {
  name: "Feature",
  description: "Something that can be done with a phone.",
});
