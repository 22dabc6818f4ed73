/**
 * The wire between the host and a plugin's process: the messages, the frames that carry them over a pipe, and the calls
 * that wait for an answer. Both ends stand on it.
 *
 * @module
 */
export { PendingCalls, refusalOf } from "./calls.ts";
export { FRAME_LIMIT, FrameError, FrameReader, FrameWriter, MESSAGE_LIMIT } from "./frames.ts";
export {
  type CallEnd,
  clip,
  displayLength,
  type FromPlugin,
  type GetMessage,
  type OperateMessage,
  SDK_VERSION,
  type StartVerdict,
  TEXT_LIMIT,
  type ToPlugin,
  WIRE_VERSION,
} from "./messages.ts";
