/**
 * Applications and their handles, as they travel.
 *
 * @module
 */
import type { Privilege } from "./names.ts";

/** A handle that an application has open. */
export interface HeldHandle {
  /** Its id. */
  handle: string;
  /** Which phone, `PLUGIN:ID`. */
  phone: string;
  /** As what it was opened. */
  privilege: Privilege;
}

/** What whoever begins an application is told. */
export interface StartedApplication {
  /** Its id. */
  application: string;
  /** It ends if nothing is heard of it for that long. */
  leaseSeconds: number;
  /** How many device ids there are, up to the last phone that may be seen: they go from 0 to one less. */
  phoneCount: number;
}

/** What whoever takes an application up again is told. */
export interface ResumedApplication extends StartedApplication {
  /** The handles that it has open. */
  handles: HeldHandle[];
}

/** An application as an operator is shown it. */
export interface ApplicationSummary {
  /** Its id. */
  application: string;
  /** What it calls itself. */
  name: string;
  /** The id of its token. */
  token: string;
  /** It ends if nothing is heard of it for that long. */
  leaseSeconds: number;
  /** The handles that it has open. */
  handles: HeldHandle[];
  /** Whether its events are being read. */
  streaming: boolean;
  /** How many requests of these handles are outstanding. */
  outstanding: number;
}
