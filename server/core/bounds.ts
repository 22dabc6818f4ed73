/**
 * The bounds that the core keeps (api.md, section 1), all settable.
 *
 * @module
 */

/** Bounds, in milliseconds and counts. */
export interface Bounds {
  /** Opening a phone. */
  openMs: number;
  /** A getter, or setting masks. */
  getterMs: number;
  /** An operation, from its acceptance, unless its request says otherwise. */
  operationMs: number;
  /** The close of a phone by its plugin. */
  closeMs: number;
  /** How long a close waits for the disk after the device is released. */
  closeRowsMs: number;
  /** Requests in flight for each plugin, and for each handle. */
  inFlight: number;
  /** The longest deadline that a request may ask for. */
  longestDeadlineMs: number;
  /** The lease of an application that asks for none, seconds. */
  leaseSeconds: number;
  /** Applications at once. */
  applications: number;
  /** Applications of each token: one token must not take every place. */
  tokenApplications: number;
  /** Open handles of each application. */
  handles: number;
  /** Open handles of each phone as monitor; its owner's is not counted. */
  phoneHandles: number;
  /** Bytes of events held for each application. */
  eventBytes: number;
  /** How long an open event stream holds a lease without a call. */
  streamHoldMs: number;
}

/** What holds unless configured. */
export const DEFAULT_BOUNDS: Bounds = {
  openMs: 10_000,
  getterMs: 5_000,
  operationMs: 30_000,
  closeMs: 4_000,
  closeRowsMs: 5_000,
  inFlight: 1_024,
  longestDeadlineMs: 600_000,
  leaseSeconds: 60,
  applications: 10_000,
  tokenApplications: 2_500,
  handles: 1_024,
  phoneHandles: 1_024,
  eventBytes: 1_048_576,
  streamHoldMs: 300_000,
};
