/**
 * What a call for one of the nine operations may look like: JSON types and field names, never values (those are the core's question).
 *
 * @module
 */
import { z } from "zod";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { base64, integer, must, number, text, texts } from "../shape.ts";

const nameOrNumber = z.union([z.string(), z.number()], must("a name or a number"));

/** A timer's largest delay, milliseconds: more would fire at once. */
const LONGEST_DEADLINE_MS = 0x7fff_ffff;
const LONGEST_REFERENCE = 1_024;

const reference = text.max(LONGEST_REFERENCE, `must be at most ${LONGEST_REFERENCE} characters long`);

const call = <Params extends z.core.$ZodLooseShape>(params: Params) =>
  z.strictObject({
    operation: z.enum(OPERATIONS),
    reference: reference.exactOptional(),
    deadlineMs: integer(1, LONGEST_DEADLINE_MS).exactOptional(),
    ...params,
  });

/** The body of `POST …/requests` for each operation. */
export const OPERATION_SHAPES = {
  devSpecific: call({ params: base64 }),
  setButtonInfo: call({
    button: number,
    mode: text,
    function: nameOrNumber,
    text,
    devSpecific: base64.exactOptional(),
  }),
  setData: call({ dataId: number, data: base64 }),
  setDisplay: call({ row: number, column: number, text }),
  setGain: call({ device: text, gain: number }),
  setHookSwitch: call({ devices: texts, mode: text }),
  setLamp: call({ lamp: number, mode: nameOrNumber }),
  setRing: call({ mode: number, volume: number }),
  setVolume: call({ device: text, volume: number }),
} satisfies Record<OperationName, z.ZodType>;

/** What every body has: enough to know which operation it is. */
export const AnyOperation: z.ZodType<{ operation: OperationName }> = z.object({
  operation: z.enum(OPERATIONS, must(`one of ${OPERATIONS.join(" ")}`)),
});
