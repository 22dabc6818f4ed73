/**
 * The record of a request, as anybody who asks the history is answered.
 *
 * @module
 */
import type { PhoneErrorCode } from "./errors.ts";
import type { OperationName } from "./operations.ts";

/** How a request ended. */
export const OUTCOMES = ["succeeded", "failed", "aborted", "timedOut", "lost"] as const;

/** One of {@linkcode OUTCOMES}. */
export type Outcome = typeof OUTCOMES[number];

/** Why a request ended otherwise than by its driver's free will, or why a handle was closed. */
export const CAUSES = [
  "close",
  "shutdown",
  "leaseExpired",
  "tokenRevoked",
  "tokenExpired",
  "forcedClose",
  "phoneRemoved",
  "pluginStop",
  "serverStop",
  "operatorRelease",
  "deadline",
  "closeDeadline",
  "pluginCrash",
  "pluginHang",
  "protocolError",
  "serverRestart",
] as const;

/** One of {@linkcode CAUSES}. */
export type Cause = typeof CAUSES[number];

/** The states of a request, in their order, never back. */
export const REQUEST_STATES = ["accepted", "dispatched", "completed"] as const;

/** One of {@linkcode REQUEST_STATES}. */
export type RequestState = typeof REQUEST_STATES[number];

/** What whoever asks for an operation is told once the request is on disk. */
export interface Accepted {
  /** Under which the history keeps it. */
  requestId: number;
  /** The first of its states. */
  state: "accepted";
}

/** What is told of a request that has ended to whoever wants no more than that. */
export interface Completed {
  /** Under which the history keeps it. */
  requestId: number;
  /** The last of its states. */
  state: "completed";
  /** How it ended. */
  outcome: Outcome;
  /** 0 or the signed number of an error. */
  result: number;
}

/** What shows that something of the history is not what was written. */
export interface Damage {
  /** The block that covers the row; left out where none is known that does. */
  block?: number;
  /** The `seq` of the row: of a request that of its acceptance, completion or withdrawal. */
  row: number;
  /** What is wrong, or why it could not be found out, in words. */
  problem: string;
}

/** The record of one request. Times are RFC 3339 in UTC with milliseconds. */
export interface RequestRecord {
  /** Positive, unique, never reused (R25, R26): the place of its acceptance in the history. */
  requestId: number;
  /** Which of the nine. */
  operation: OperationName;
  /** What was asked, as it was asked. */
  params: Record<string, unknown>;
  /** `PLUGIN:ID`. */
  phone: string;
  /** The plugin's name. */
  plugin: string;
  /** Who asked. */
  application: { id: string; name: string };
  /** The id of the token that the application came with. */
  token: string;
  /** What that token was called then; left out where it was not written down, before format 2 of the history. */
  tokenName?: string;
  /** The handle that it was asked through. */
  handle: string;
  /** The application's own word for the request. */
  reference?: string;
  /** When it was accepted. */
  acceptedAt: string;
  /** When it went out to the plugin; null if it never did, or if the server was killed and nobody knows. */
  dispatchedAt: string | null;
  /** When it was completed; null while it is open. */
  completedAt: string | null;
  /**
   * How long it took until its end was known, milliseconds with a fraction: by a clock that nobody sets, where the times
   * beside it are the wall's. Left out where nobody measured it: while it is open, and of a killed server's.
   */
  durationMs?: number;
  /** How far it has come. */
  state: RequestState;
  /** How it ended; null while it is open. */
  outcome: Outcome | null;
  /** 0 or the signed number of an error; null while it is open. */
  result: number | null;
  /** The name of the error, where it has one. */
  code?: PhoneErrorCode;
  /** Why it ended so. */
  cause?: Cause;
  /** The driver's own words for its error. */
  message?: string;
  /** Whether the application was told; null while it is open. */
  reply: "sent" | "suppressed" | null;
}

/**
 * The record of a request that somebody has changed since it was written, as far as it can be read: what it says is not
 * known to be so. What cannot be read is left out.
 */
export type DamagedRecord =
  & Pick<RequestRecord, "requestId">
  & Partial<Omit<RequestRecord, "requestId">>
  & {
    /** What shows it. */
    damaged: Damage;
  };
