/**
 * What a call for one of the nine operations may look like: JSON types and field names, never values (those are the
 * core's question).
 *
 * @module
 */
import { z } from "zod";
import {
  BUTTON_FUNCTIONS,
  BUTTON_MODES,
  HOOKSWITCH_DEVICES,
  SETTABLE_HOOKSWITCH_MODES,
  SETTABLE_LAMP_MODES,
} from "../../core/contract/names.ts";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { allNamed, base64, must, named, number, text } from "./shape.ts";

const namedOrVendors = (names: readonly string[]) => z.union([named(names), z.number()], must("a name or a number"));

const LONGEST_REFERENCE = 1_024;

/** What makes a request the same when it is asked again. */
export const idempotencyKey: z.ZodString = text.regex(
  /^[\x21-\x7e]{1,255}$/,
  "must be 1 to 255 visible ASCII characters",
);

const asked = {
  reference: text.max(LONGEST_REFERENCE, `must be at most ${LONGEST_REFERENCE} characters long`).exactOptional().meta({
    description: "The application's own word for the request; it comes back with the reply.",
  }),
  deadlineMs: number.exactOptional().meta({
    description: "Milliseconds until the request is given up: a whole number, at most 600,000 unless configured; " +
      "30,000 if left out, unless configured.",
  }),
};

const call = <Params extends z.core.$ZodLooseShape>(params: Params) =>
  z.strictObject({ operation: z.enum(OPERATIONS), ...asked, ...params });

/** The body of `POST …/requests` for each operation. */
export const OPERATION_SHAPES = {
  devSpecific: call({ params: base64 }),
  setButtonInfo: call({
    button: number,
    mode: named(BUTTON_MODES),
    function: namedOrVendors(BUTTON_FUNCTIONS),
    text,
    devSpecific: base64.exactOptional(),
  }),
  setData: call({ dataId: number, data: base64 }),
  setDisplay: call({ row: number, column: number, text }),
  setGain: call({ device: named(HOOKSWITCH_DEVICES), gain: number }),
  setHookSwitch: call({ devices: allNamed(HOOKSWITCH_DEVICES), mode: named(SETTABLE_HOOKSWITCH_MODES) }),
  setLamp: call({ lamp: number, mode: namedOrVendors(SETTABLE_LAMP_MODES) }),
  setRing: call({ mode: number, volume: number }),
  setVolume: call({ device: named(HOOKSWITCH_DEVICES), volume: number }),
} satisfies Record<OperationName, z.ZodType>;

/** What every body has: enough to know which operation it is. */
export const AnyOperation: z.ZodType<{ operation: OperationName }> = z.object({
  operation: z.enum(OPERATIONS, must(`one of ${OPERATIONS.join(" ")}`)),
});
