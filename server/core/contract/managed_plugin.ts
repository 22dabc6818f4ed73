/**
 * How plugins are, as the host tells it and operators ask it (api.md, section 6).
 *
 * @module
 */

/** Where a plugin can be in its life. */
export const PLUGIN_STATES = ["starting", "ready", "backingOff", "stopped", "needsGrant", "givenUp"] as const;

/** One of {@linkcode PLUGIN_STATES}. */
export type PluginState = typeof PLUGIN_STATES[number];

/** How a plugin is. */
export interface PluginCondition {
  /** The prefix of its phones. */
  readonly name: string;
  /** Whether the configuration has it started with the server. */
  readonly enabled: boolean;
  /** Where it is in its life. */
  readonly state: PluginState;
  /** Why, in words; empty where there is nothing to say. */
  readonly detail: string;
  /** Resident memory in bytes, 0 without a process. */
  readonly rssBytes: number;
  /** Processor time as a part of one processor. */
  readonly cpu: number;
  /** How late its timers are, in milliseconds. */
  readonly lagMs: number;
  /** How many processes were started after the first. */
  readonly restarts: number;
}
