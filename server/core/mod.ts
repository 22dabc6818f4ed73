/**
 * The telephone model (contract sections 1-5). Pure: time, ids, the history and the plugins come in as ports.
 *
 * A request's way through it: `request.ts` takes it and puts it on disk, hands it to the plugin; `plugin_reports.ts`
 * hears the plugin's answer; `complete.ts` puts the end on disk and tells the application. `close.ts` and `session.ts`
 * hold the close rules.
 *
 * @module
 */
export type { ActivityOf, RecordedActivity } from "./activity.ts";
export { type Bounds, DEFAULT_BOUNDS } from "./bounds.ts";
export type { ApplicationSummary } from "./contract/application.ts";
export type {
  AcceptedRequest,
  Applications,
  ApplicationView,
  Caller,
  Census,
  Core,
  CoreCondition,
  EventStream,
  HandleView,
  HeldEvent,
  Lifecycle,
  OpenApplication,
  OpenHandle,
  Operator,
  PluginIntake,
  ReleasableApplication,
  ReleasableHandle,
  RequestOptions,
  Sees,
  StreamEnd,
  TokenEndReason,
} from "./core.ts";
export { type CoreOptions, createCore } from "./create_core.ts";
export {
  type Acceptance,
  type Clock,
  type Completion,
  type GoneCause,
  type History,
  type NextId,
  type Observer,
  type OutgoingOperation,
  PluginGone,
  type PluginProcess,
  type PluginReports,
  type RequestObserver,
  type RequestWay,
} from "./ports.ts";
export { SlotMap } from "./slot_map.ts";
export { onDisk, type OnDiskOptions } from "./waiting.ts";
