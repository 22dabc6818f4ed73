/**
 * The bounds of the interface, whatever the transport.
 *
 * @module
 */
import { DEFAULT_BOUNDS } from "../core/mod.ts";

/** Bounds of calls and answers. The configuration can set those that api.md, section 1, names. */
export interface ApiBounds {
  /** Bytes of a body. */
  bodyBytes: number;
  /** How deeply arrays and objects may be nested in a body. */
  jsonDepth: number;
  /** The longest that `Prefer: wait` holds an answer. */
  waitSeconds: number;
  /** Messages in one JSON-RPC batch. */
  batch: number;
  /** Calls of each token in a minute, over sockets too; 0 for no limit. */
  callsPerMinute: number;
  /** Open sockets of each token. */
  sockets: number;
  /** Bytes that may wait for a socket's client before it is cut off. */
  socketBytes: number;
  /** Between the comments that keep a quiet event stream alive, milliseconds. */
  beatMs: number;
  /** How long a reply is held back for an answer that its client does not read, milliseconds. */
  answerMs: number;
  /** How long an orderly stop waits for answers that are on their way, milliseconds. */
  drainMs: number;
  /** How long what an operator does waits for the disk, milliseconds: as long as a close. */
  closeRowsMs: number;
  /** For how long the secret that a token had stays valid when it is given another, seconds. */
  tokenOverlapSeconds: number;
  /** How many days before its end a token is warned of. */
  tokenWarningDays: number;
}

/** What holds unless configured. */
export const DEFAULT_API_BOUNDS: ApiBounds = {
  bodyBytes: 65_536,
  jsonDepth: 16,
  waitSeconds: 60,
  batch: 100,
  callsPerMinute: 0,
  sockets: 256,
  socketBytes: 1_048_576,
  beatMs: 15_000,
  answerMs: 1_000,
  drainMs: 1_000,
  closeRowsMs: DEFAULT_BOUNDS.closeRowsMs,
  tokenOverlapSeconds: 3_600,
  tokenWarningDays: 7,
};
