/**
 * Whether the server can work, as it tells everybody.
 *
 * @module
 */
import type { PluginState } from "./managed_plugin.ts";

/** How one enabled plugin is doing. */
export interface PluginHealth {
  /** The prefix of its phones. */
  readonly name: string;
  /** Where it is between its start and its end. */
  readonly state: PluginState;
  /** Why it is not ready, in words. */
  readonly reason?: string;
  /** When one that is `backingOff` is tried again, RFC 3339 in UTC. */
  readonly nextTryAt?: string;
}

/** What is known of the history's chain of hashes. */
export interface ChainHealth {
  /** `unchecked` until it was checked whole since the start. */
  readonly state: "unchecked" | "whole" | "broken";
  /** When the last check of all of it ended, RFC 3339 in UTC; left out before. */
  readonly checkedAt?: string;
  /** The last block that it found right. */
  readonly block?: number;
}

/** The body of `GET /readyz`. */
export interface Health {
  /** Whether applications can work now. */
  readonly ready: boolean;
  /** What a power cut may cost: `full`, or `normal` as the operator chose. */
  readonly durability: string;
  /** What is missing or degraded, in words; an instance that is ready can be degraded. */
  readonly reasons: readonly string[];
  /** What is known of the history's chain; left out by a server that does not tell. */
  readonly chain?: ChainHealth;
  /** Every enabled plugin. */
  readonly plugins: readonly PluginHealth[];
}
