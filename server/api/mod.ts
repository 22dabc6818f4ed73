/**
 * The API: what can be called and what is answered, whatever the transport. HTTP and the socket stand on it, beside
 * each other.
 *
 * `shapes/` check what comes in. `schemas/` describe what goes out, for the documents alone. `refusals/` are the two
 * catalogues of what a caller can be refused with, and what that is over each transport.
 *
 * @module
 */
export { type ApiBounds, DEFAULT_API_BOUNDS } from "./bounds.ts";
export {
  beginApplication,
  type CalledRequest,
  calledRequest,
  latestRecord,
  readRecord,
  startedApplication,
} from "./calls.ts";
export { quota } from "./quota.ts";
export { type TokenSemaphore, tokenSemaphore } from "./token_semaphore.ts";
export { type Waits, waits } from "./waits.ts";

export { Refusal, type RefusalKind, REFUSALS } from "./refusals/refusal.ts";
export {
  INTERNAL_PROBLEM,
  type Problem,
  problemOf,
  rpcErrorOf,
  TELEPHONY_PROBLEMS,
  telephonyProblem,
} from "./refusals/problem.ts";
export { foldedRefusals, noteRefusal } from "./refusals/refused_call.ts";

export { fit, integer, must, number, text } from "./shapes/shape.ts";
export { checkJson } from "./shapes/json.ts";
export { AnyOperation, getterShapes, idempotencyKey, OPERATION_SHAPES } from "./shapes/operation_shapes.ts";
export { MOST_BYTES, NewApplication, NewHandle, NewMasks, NewToken, phoneGlob } from "./shapes/bodies.ts";

export { type Components, components, documentText, type JsonSchema } from "./schemas/components.ts";
export { schemaOf } from "./schemas/agree.ts";
export { ApplicationId, Device, ErrorCode, HandleId, PhoneName, Seq, TokenId } from "./schemas/names.ts";
export { ApplicationList, ResumedApplication, StartedApplication } from "./schemas/application.ts";
export { Checkpoint, Verdict } from "./schemas/audit.ts";
export { EVENTS } from "./schemas/event.ts";
export { GETTER_ANSWERS } from "./schemas/getters.ts";
export { ClosedHandle, Masks, OpenedHandle } from "./schemas/handle.ts";
export { EventPage, RequestPage } from "./schemas/history.ts";
export { Phone, Phones } from "./schemas/phone.ts";
export { Plugin, PluginList, PluginLog } from "./schemas/plugin.ts";
export { DescribedProblem } from "./schemas/problem.ts";
export { AcceptedRequest, RequestRecord } from "./schemas/request.ts";
export { MadeToken, TokenList } from "./schemas/token.ts";
