/**
 * The API: what can be called and what is answered, whatever the transport. HTTP and the socket stand on it, beside
 * each other.
 *
 * `shapes/` check what comes in; what goes out is described in the contract (`core/contract/shapes/`), and
 * `components.ts` makes documents of both. `refusals/` are the two catalogues of what a caller can be refused with, and
 * what that is over each transport.
 *
 * @module
 */
export { type ApiBounds, DEFAULT_API_BOUNDS } from "./bounds.ts";
export {
  beginApplication,
  type CalledRequest,
  calledRequest,
  completedRequest,
  latestRecord,
  readRecord,
  startedApplication,
} from "./calls.ts";
export { type HistoryReads, historyReads, type ReadKind } from "./history_reads.ts";
export { quota } from "./quota.ts";
export { type TokenSemaphore, tokenSemaphore } from "./token_semaphore.ts";
export { type Waits, waits } from "./waits.ts";

export { Refusal, type RefusalKind, REFUSALS } from "./refusals/refusal.ts";
export { INTERNAL_PROBLEM, problemOf, rpcErrorOf, TELEPHONY_PROBLEMS, telephonyProblem } from "./refusals/problem.ts";
export { foldedRefusals, noteRefusal } from "./refusals/refused_call.ts";

export { fit, integer, must, number, text } from "./shapes/shape.ts";
export { checkJson } from "./shapes/json.ts";
export {
  AnyOperation,
  getterShapes,
  idempotencyKey,
  minimalReturn,
  OPERATION_SHAPES,
} from "./shapes/operation_shapes.ts";
export {
  MOST_BYTES,
  NewApplication,
  NewHandle,
  NewMasks,
  NewToken,
  phoneGlob,
  TokenRotation,
} from "./shapes/bodies.ts";

export { type Components, components, type Description, documentText } from "./components.ts";
