/**
 * What the parameters of each method may look like: the bodies of HTTP, with the handle among them.
 *
 * @module
 */
import { z } from "zod";
import {
  getterShapes,
  idempotencyKey,
  integer,
  MOST_BYTES,
  NewHandle,
  NewMasks,
  number,
  OPERATION_SHAPES,
  text,
} from "../api/mod.ts";
import type { GetterName, OperationName } from "../core/contract/operations.ts";

/** What every method with a handle has: enough to know which. */
export const AnyHandle = z.object({ handle: text });

/** For a method that takes a handle and nothing else. */
export const JustHandle = z.strictObject({ handle: text });

/** For a method that takes nothing. */
export const Nothing = z.strictObject({});

/** Of `resume`. */
export const Resumed = z.strictObject({
  application: text,
  lastEvent: integer(0, Number.MAX_SAFE_INTEGER).exactOptional(),
});

/** Of `phoneGetDevCaps`. */
export const Phone = NewHandle.pick({ phone: true });

/** Of `phoneGetRequest`. */
export const RequestId = z.strictObject({ requestId: number });

/** Of `phoneSetStatusMessages`. */
export const HandleMasks = NewMasks.extend({ handle: text });

/** Of one of the nine. */
export function operationParams(name: OperationName) {
  return OPERATION_SHAPES[name].omit({ operation: true }).extend({
    handle: text,
    idempotencyKey: idempotencyKey.exactOptional(),
  });
}

/** Of a getter. */
export function getterParams(name: GetterName) {
  const own = getterShapes(name);
  return z.strictObject({ handle: text, ...own, ...(name === "getData" && { size: number.default(MOST_BYTES) }) });
}
