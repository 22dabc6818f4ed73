/**
 * What is seen of a core from all its sides, in order: the rows that are on disk, the calls to plugins and what plugins
 * report, the calls of applications and what they are answered and told.
 *
 * @module
 */
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { Privilege } from "../../server/core/contract/names.ts";
import type { Cause } from "../../server/core/contract/record.ts";
import type { Completion, GoneCause } from "../../server/core/mod.ts";

/** One thing seen. `request` numbers the calls of a run; `id` is what the core made of an accepted one. */
export type Seen =
  // An application asks and is answered.
  | { kind: "attached"; handle: string; application: string; phone: string; privilege: Privilege }
  | { kind: "opened"; handle: string }
  | { kind: "close"; handle: string }
  | { kind: "closed"; handle: string; lastHandle: boolean; completed: number }
  | { kind: "shutdown"; application: string; cause: Cause }
  | { kind: "ended"; application: string }
  | { kind: "asked"; request: number; handle: string; phone: string; items: readonly string[]; deadline: number }
  | { kind: "refused"; request: number }
  | { kind: "answer"; request: number; id: number }
  | { kind: "handedOut"; id: number }
  | { kind: "event"; application: string; event: PhoneEvent }
  // Rows on disk.
  | { kind: "acceptedRow"; id: number; request: number }
  | { kind: "completedRow"; row: Completion }
  | { kind: "withdrawnRow"; id: number }
  // A plugin is driven and reports.
  | { kind: "pluginOpens"; phone: string }
  | { kind: "pluginRefuses"; phone: string }
  | { kind: "pluginCloses"; phone: string }
  | { kind: "pluginClosed"; phone: string }
  | { kind: "operate"; id: number; phone: string }
  | { kind: "begins"; id: number }
  | { kind: "aborts"; id: number }
  | { kind: "settles"; id: number; phone: string; result: number }
  | { kind: "forceClosing"; phone: string }
  | { kind: "forceClosed"; phone: string }
  | { kind: "remove"; phone: string }
  | { kind: "release"; plugin: string }
  | { kind: "gone"; plugin: string; cause: GoneCause }
  | { kind: "stop" }
  | { kind: "stopped" };

/** A run as it was seen; `at` is virtual time. */
export type Trace = (Seen & { at: number })[];
