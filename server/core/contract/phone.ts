/**
 * A phone, and what a close of it tells, as they travel.
 *
 * @module
 */
import type { PhoneCapabilities } from "./capabilities.ts";

/** A phone as anybody is shown it. */
export interface PhoneView {
  /** `PLUGIN:ID`. */
  phone: string;
  /** Its number until the server ends. */
  deviceId: number;
  /** Its name for people. */
  name: string;
  /** The plugin that drives it. */
  plugin: string;
  /** Whether the link to the device stands and its plugin runs. */
  connected: boolean;
  /** Whether something else has the device to itself for a while (R103). */
  suspended: boolean;
  /** What it can do (PHONECAPS, contract 6.1). */
  capabilities: PhoneCapabilities;
  /** The owning application's name; null without an owner. */
  owner: string | null;
  /** How many handles monitor it. */
  monitors: number;
}

/** How a close ended. */
export interface Closed {
  /** The handle that was closed. */
  handle: string;
  /** Whether it was the phone's only one. */
  lastHandle: boolean;
  /** How many outstanding requests the close completed. */
  completed: number;
}
