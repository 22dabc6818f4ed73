/**
 * Plugins, as the host hands them to their operator.
 *
 * @module
 */
import type { PluginCondition } from "../../core/contract/plugin_condition.ts";

/** What a plugin may reach outside of itself, in Deno's words. */
export type Permissions = Readonly<Record<"net" | "read" | "write" | "env" | "run" | "sys", readonly string[]>>;

/** A line of a plugin's log. */
export interface PluginLine {
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** A configured plugin, for its operator. Commands that are given at once are carried out one after the other. */
export interface ManagedPlugin {
  readonly condition: PluginCondition;
  /** What its manifest last said; undefined if it could never be read. */
  readonly manifest:
    | { readonly version: string; readonly description: string; readonly permissions: Permissions }
    | undefined;
  /** What its operator granted. */
  readonly grants: Permissions;
  /** The newest lines of its log, oldest first. */
  readonly lines: readonly PluginLine[];
  /** Starts it, unless it runs. Resolves when it has settled, or after a bound; throws `RESOURCEUNAVAIL`. */
  start(): Promise<void>;
  /** Closes its phones and ends its process. */
  stop(): Promise<void>;
  /**
   * Stops it and starts it, its folder read anew; as `start`. Gives in words why one that runs goes on as it is
   * instead.
   */
  reload(): Promise<string | undefined>;
}
