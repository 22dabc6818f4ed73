/**
 * The bounds that an operator can set (api.md, section 1), and which room keeps each.
 *
 * @module
 */
import { z } from "zod";
import { type Bounds, DEFAULT_BOUNDS as CORE } from "../../core/mod.ts";
import { DEFAULT_BOUNDS as HISTORY, type HistoryBounds } from "../../history/mod.ts";
import { DEFAULT_HOST_BOUNDS as HOST, type HostBounds } from "../../host/mod.ts";
import { type ApiBounds, DEFAULT_API_BOUNDS as API } from "../../api/mod.ts";
import { LONGEST_OVERLAP } from "../../core/contract/token.ts";
import { MESSAGE_LIMIT } from "../../wire/mod.ts";

const LONGEST_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What an operation carries must fit a message to its plugin. */
const LARGEST_BODY = MESSAGE_LIMIT * 3 / 4;

const ms = (usual: number, what: string) => z.int().min(1).max(LONGEST_MS).default(usual).describe(`${what}, ms.`);
const count = (usual: number, what: string) => z.int().min(1).max(1_000_000).default(usual).describe(`${what}.`);
const bytes = (usual: number, { most = 1_073_741_824, what }: { most?: number; what: string }) =>
  z.int().min(1_024).max(most).default(usual).describe(`${what}, bytes.`);

/** The schema of `bounds`. */
export const boundsFile = z.strictObject({
  openMs: ms(CORE.openMs, "Opening a phone"),
  getterMs: ms(CORE.getterMs, "A getter, or setting masks"),
  operationMs: ms(CORE.operationMs, "An operation, from its acceptance, unless its request says deadlineMs"),
  longestDeadlineMs: ms(CORE.longestDeadlineMs, "The longest deadlineMs that a request may ask for"),
  closeMs: ms(CORE.closeMs, "The close of a phone by its plugin; an operation that has not ended then is lost"),
  closeRowsMs: ms(CORE.closeRowsMs, "How long a close, and what an operator does, waits for the disk"),
  stopMs: ms(10_000, "The whole orderly stop of the server; closeMs, pluginStopMs and 4000 must fit in"),
  leaseSeconds: z.int().min(5).max(300).default(CORE.leaseSeconds)
    .describe("The lease of an application that asks for none, seconds."),
  streamHoldMs: ms(CORE.streamHoldMs, "How long an open event stream holds a lease without a call"),
  inFlight: count(CORE.inFlight, "Requests in flight for each plugin, and for each handle"),
  applications: count(CORE.applications, "Applications at once"),
  tokenApplications: count(CORE.tokenApplications, "Applications of each token at once"),
  handles: count(CORE.handles, "Open handles of each application"),
  phoneHandles: count(CORE.phoneHandles, "Open handles of each phone as monitor; its owner's is not counted"),
  eventBytes: bytes(CORE.eventBytes, { what: "Events held for each application; the oldest are dropped first" }),
  pluginStartMs: ms(HOST.startMs, "From the launch of a plugin until it is ready"),
  pluginStopMs: ms(HOST.stopMs, "From telling a plugin to stop to the end of its process"),
  heartbeatMs: ms(HOST.heartbeatMs, "Between two heartbeats of a plugin"),
  missedHeartbeats: count(
    HOST.missedHeartbeats,
    "Heartbeats in a row that a plugin leaves unanswered until it is killed as hung",
  ),
  backOffMs: ms(
    HOST.backOffMs,
    "The wait before a plugin starts again; it doubles each time, up to 2 s after a crash, and up to 5 min while what it needs is not there yet",
  ),
  bodyBytes: bytes(API.bodyBytes, { most: LARGEST_BODY, what: "The body of a call, and a message over the socket" }),
  jsonDepth: z.int().min(2).max(1_000).default(API.jsonDepth)
    .describe("How deeply arrays and objects may be nested in a body or message."),
  waitSeconds: z.int().min(1).max(3_600).default(API.waitSeconds)
    .describe("The longest that `Prefer: wait` holds an answer, seconds."),
  batch: count(API.batch, "Messages in one JSON-RPC batch"),
  callsPerMinute: z.int().min(0).max(1_000_000).default(API.callsPerMinute)
    .describe("Calls that each token may make a minute, messages over sockets too; 0 for no limit."),
  sockets: count(API.sockets, "Open sockets of each token"),
  socketBytes: bytes(API.socketBytes, { what: "What may wait for a socket's client before it is cut off" }),
  tokenOverlapSeconds: z.int().min(0).max(LONGEST_OVERLAP).default(API.tokenOverlapSeconds)
    .describe(
      "How long the old secret of a token that is rotated stays valid, unless the call says otherwise, seconds.",
    ),
  tokenWarningDays: z.int().min(0).max(366).default(API.tokenWarningDays)
    .describe(
      "How long before its end a token is warned of, or a fourth of a life that is shorter, days; 0 for no warning.",
    ),
  historyRows: count(HISTORY.waitingRows, "Rows that wait for the disk before nothing more is accepted"),
  historyMs: ms(HISTORY.waitingMs, "How long the oldest row may wait before nothing more is accepted"),
  chainCheckHours: z.int().min(1).max(500).default(HISTORY.checkEveryMs / HOUR_MS)
    .describe("From the end of one check of the whole chain in the background to the next, hours."),
  chainCheckPercent: z.int().min(1).max(100).default(HISTORY.checkShare * 100)
    .describe("What part of a processor such a check may take, percent."),
  tlsCheckMs: ms(5_000, "Between two looks whether tls.cert or tls.key has changed"),
});

/** `bounds`, with every default. */
export type BoundsFile = z.infer<typeof boundsFile>;

/** How long an orderly stop waits for the core, then for plugins and answers, then for the history, in milliseconds. */
export interface StopBudget {
  readonly coreMs: number;
  readonly pluginsMs: number;
  readonly historyMs: number;
}

/** Every bound, by the room that keeps it. */
export interface RoomBounds {
  readonly core: Bounds;
  readonly host: HostBounds;
  readonly http: ApiBounds;
  readonly history: Pick<HistoryBounds, "waitingRows" | "waitingMs" | "checkEveryMs" | "checkShare">;
  readonly stop: StopBudget;
  /** Between two looks at the certificate's files. */
  readonly tlsCheckMs: number;
}

/** What each step of a stop takes beyond the bound of what it waits for: the work around it. */
const STEP_MS = 500;
/** The least that is left for the history to be written. */
const LEAST_HISTORY_MS = 2_000;
/** Left for the process to end. */
const SPARE_MS = 1_000;
const LEAST_AROUND_MS = 2 * STEP_MS + LEAST_HISTORY_MS + SPARE_MS;

/** The least `stopMs` in which every phone can still be closed and every plugin stopped within its bound. */
export function leastStopMs({ closeMs, pluginStopMs }: Pick<BoundsFile, "closeMs" | "pluginStopMs">): number {
  return closeMs + pluginStopMs + LEAST_AROUND_MS;
}

/**
 * Hands each room its own bounds, written out so that one which is forgotten does not compile. `stopMs` is for the
 * whole stop and is shared out here; what a room calls so is for its own part of one.
 */
export function roomBounds({ stopMs, ...file }: BoundsFile): RoomBounds {
  const coreMs = file.closeMs + STEP_MS;
  const pluginsMs = file.pluginStopMs + STEP_MS;
  return {
    core: {
      openMs: file.openMs,
      getterMs: file.getterMs,
      operationMs: file.operationMs,
      longestDeadlineMs: file.longestDeadlineMs,
      closeMs: file.closeMs,
      closeRowsMs: file.closeRowsMs,
      leaseSeconds: file.leaseSeconds,
      streamHoldMs: file.streamHoldMs,
      inFlight: file.inFlight,
      applications: file.applications,
      tokenApplications: file.tokenApplications,
      handles: file.handles,
      phoneHandles: file.phoneHandles,
      eventBytes: file.eventBytes,
    },
    host: {
      startMs: file.pluginStartMs,
      stopMs: file.pluginStopMs,
      heartbeatMs: file.heartbeatMs,
      missedHeartbeats: file.missedHeartbeats,
      backOffMs: file.backOffMs,
    },
    http: {
      bodyBytes: file.bodyBytes,
      jsonDepth: file.jsonDepth,
      waitSeconds: file.waitSeconds,
      batch: file.batch,
      callsPerMinute: file.callsPerMinute,
      sockets: file.sockets,
      socketBytes: file.socketBytes,
      closeRowsMs: file.closeRowsMs,
      beatMs: API.beatMs,
      answerMs: API.answerMs,
      drainMs: API.drainMs,
      tokenOverlapSeconds: file.tokenOverlapSeconds,
      tokenWarningDays: file.tokenWarningDays,
    },
    history: {
      waitingRows: file.historyRows,
      waitingMs: file.historyMs,
      checkEveryMs: file.chainCheckHours * HOUR_MS,
      checkShare: file.chainCheckPercent / 100,
    },
    stop: { coreMs, pluginsMs, historyMs: stopMs - SPARE_MS - coreMs - pluginsMs },
    tlsCheckMs: file.tlsCheckMs,
  };
}
