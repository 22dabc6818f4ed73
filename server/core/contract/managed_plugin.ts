/**
 * Plugins as their operator sees and handles them: the host answers for them, HTTP hands them on (api.md, section 6).
 *
 * @module
 */

/** Where a plugin can be between its start and its end. */
export const PLUGIN_STATES = ["starting", "ready", "backingOff", "stopped", "needsGrant", "givenUp"] as const;

/** One of {@linkcode PLUGIN_STATES}. */
export type PluginState = typeof PLUGIN_STATES[number];

/** How a plugin is. */
export interface PluginCondition {
  /** The prefix of its phones. */
  readonly name: string;
  /** Whether the configuration has it started with the server. */
  readonly enabled: boolean;
  /** Where it is between its start and its end. */
  readonly state: PluginState;
  /** Why, in words; empty where there is nothing to say. */
  readonly detail: string;
  /** When one that is `backingOff` is tried again, RFC 3339 in UTC. */
  readonly nextTryAt?: string;
  /** Resident memory in bytes, 0 without a process. */
  readonly rssBytes: number;
  /** Processor time as a part of one processor. */
  readonly cpu: number;
  /** How late its timers are, in milliseconds. */
  readonly lagMs: number;
  /** How many processes were started without a command, after one that ended by itself or could not start yet. */
  readonly restarts: number;
}

/**
 * What a plugin may reach outside of itself, in Deno's words: what its manifest asks for, and what its operator
 * granted.
 */
export type Permissions = Readonly<Record<"net" | "read" | "write" | "env" | "run" | "sys", readonly string[]>>;

/** How urgent a line of a plugin's log can be. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@linkcode LOG_LEVELS}; what a plugin prints past `console` is `info`. */
export type LogLevel = typeof LOG_LEVELS[number];

/** A line of a plugin's log, written by the plugin or by the host about it. */
export interface LogLine {
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  /** How urgent it is. */
  readonly level: LogLevel;
  /** One line, at most 2,000 characters, without control characters. */
  readonly text: string;
}

/** What a plugin says of itself. */
export interface PluginDescription {
  /** Its own name; it may run under another. */
  readonly name: string;
  /** Its own version. */
  readonly version: string;
  /** In a few words. */
  readonly description: string;
  /** What it asks for. */
  readonly permissions: Permissions;
}

/** A plugin as its operator is shown it. */
export interface PluginView extends Omit<PluginCondition, "detail"> {
  /** Why it is in its state, in words. */
  readonly reason?: string;
  /** As its manifest says; missing if that cannot be read. */
  readonly version?: string;
  /** As `version`. */
  readonly description?: string;
  /** How many phones of it there are, disconnected ones too. */
  readonly phones: number;
  /** What its manifest asks for, missing as `version`, and what its operator granted. */
  readonly permissions: { readonly asked?: Permissions; readonly granted: Permissions };
}

/** A configured plugin, for its operator. Commands that are given at once are carried out one after the other. */
export interface ManagedPlugin {
  /** How it is now. */
  readonly condition: PluginCondition;
  /** What its manifest last said; undefined if it could never be read. */
  readonly manifest: PluginDescription | undefined;
  /** What its operator granted. */
  readonly grants: Permissions;
  /** The newest lines of its log, oldest first. */
  readonly lines: readonly LogLine[];
  /**
   * Starts it, whatever it settled in, and keeps it running; one that runs goes on, and one that backs off does not wait
   * any longer.
   *
   * @returns Resolves when it has settled, or has not within a bound.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the end of its last process is not on disk.
   */
  start(): Promise<void>;
  /** Closes its phones, ends its process in order and does not start it again. */
  stop(): Promise<void>;
  /**
   * Stops it and starts it, what the configuration says of it and its folder read anew: phones that it does not offer
   * any more are taken away. One that runs goes on as it is where the new could be seen not to start.
   *
   * @returns Why it goes on as it is, in words; undefined once it was started anew.
   * @throws {PhoneError} As {@linkcode ManagedPlugin.start}.
   */
  reload(): Promise<string | undefined>;
}
