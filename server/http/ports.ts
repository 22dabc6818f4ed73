/**
 * What the HTTP room is handed: the core, the history as it is asked, tokens, health and the world's small services.
 *
 * @module
 */
import type { AttemptStore, TokenStore } from "../core/contract/access.ts";
import type { ManagedPlugin, PluginState } from "../core/contract/managed_plugin.ts";
import { DEFAULT_BOUNDS } from "../core/bounds.ts";
import type { Core } from "../core/core.ts";
import type { HistoryAudit, HistoryReader } from "../core/contract/history.ts";
import type { Clock, Fact } from "../core/ports.ts";

/** What a token can be allowed; `admin` implies every other. */
export const SCOPES = ["phones:monitor", "phones:control", "history:read", "metrics", "admin"] as const;

/** One of {@linkcode SCOPES}. */
export type Scope = typeof SCOPES[number];

/** A bearer token as a call is judged by it; never the secret itself. */
export interface Token {
  /** Names the token in records and facts. */
  readonly id: string;
  /** What it is allowed. */
  readonly scopes: readonly Scope[];
  /** The phones that it may see, as globs; null = every phone. */
  readonly phones: readonly string[] | null;
}

/** The tokens that are valid now. */
export interface Tokens {
  /** The token with this secret, or undefined. Takes the same time whichever token it is. */
  find(secret: string): Token | undefined;
  /** The token of an id; undefined once it has been revoked. */
  get(id: string): Token | undefined;
}

/** A token and what is known of its secret. */
export interface StoredToken {
  /** The token, as it is found. */
  readonly token: Token;
  /** SHA-256 of the secret. */
  readonly hash: Uint8Array;
}

/** The tokens that are valid now, as they come and go. */
export interface TokenTable extends Tokens {
  /** Makes a token valid, for as long as the table lives. */
  add(stored: StoredToken): void;
  /** Makes the token of an id void, from the next call on. */
  remove(id: string): void;
}

/** How one enabled plugin is doing. */
export interface PluginHealth {
  /** The prefix of its phones. */
  readonly name: string;
  /** Where it is in its life. */
  readonly state: PluginState;
  /** Why it is not ready, in words. */
  readonly reason?: string;
}

/** The body of `GET /readyz`. */
export interface Health {
  /** Whether applications can work now. */
  readonly ready: boolean;
  /** What a power cut may cost: `full`, or `normal` as the operator chose. */
  readonly durability: string;
  /** What is missing or degraded, in words; an instance that is ready can be degraded. */
  readonly reasons: readonly string[];
  /** Every enabled plugin. */
  readonly plugins: readonly PluginHealth[];
}

/** Bounds that this room keeps. The configuration can set those that api.md, section 1, names. */
export interface Limits {
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
  stopMs: number;
  /** How long what an operator does waits for the disk, milliseconds: as long as a close. */
  closeRowsMs: number;
}

/** What holds unless configured. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 65_536,
  jsonDepth: 16,
  waitSeconds: 60,
  batch: 100,
  callsPerMinute: 0,
  sockets: 256,
  socketBytes: 1_048_576,
  beatMs: 15_000,
  answerMs: 1_000,
  stopMs: 1_000,
  closeRowsMs: DEFAULT_BOUNDS.closeRowsMs,
};

/** An answer, as it is counted. */
export interface Answered {
  /** `GET POST PUT DELETE`, or `other`. */
  readonly method: string;
  /** The route as it is written, not the path that was asked; `unrouted` for none. */
  readonly route: string;
  /** The HTTP status. */
  readonly status: number;
}

/** What `GET /metrics` answers. */
export interface MetricsText {
  readonly text: string;
  readonly contentType: string;
}

/** Everything that the HTTP room needs of its surroundings. */
export interface HttpPorts {
  /** What every call comes down to. */
  readonly core: Core;
  /** The history, as it is asked. */
  readonly reader: HistoryReader;
  /** The history, as an auditor takes it. */
  readonly audit: HistoryAudit;
  /** The tokens that are valid now. */
  readonly tokens: TokenTable;
  /** Where they are kept. */
  readonly tokenStore: TokenStore;
  /** Where failed attempts are kept. */
  readonly attemptStore: AttemptStore;
  /** For waiting, keeping alive and folding. */
  readonly clock: Clock;
  /** {@linkcode DEFAULT_LIMITS}, unless configured. */
  readonly limits: Limits;
  /** Every configured plugin, in the order of configuration. */
  plugins(): readonly ManagedPlugin[];
  /** Asked on every `GET /readyz`. */
  health(): Health;
  /** Asked on every `GET /metrics`. */
  metrics(): Promise<MetricsText>;
  /** Takes each answer of a route, those about health left out; called on the hot path. */
  answered(answer: Answered): void;
  /** Appends a fact to the history; nobody waits for it. */
  note(fact: Fact): void;
  /** Appends a fact to the history; resolves when it is on disk. */
  record(fact: Fact): Promise<void>;
  /** Tells the operator at once that an address, or undefined for many together, has presented so many wrong tokens that it is told to wait. */
  slowed(address: string | undefined): void;
  /** Tells the operator that an answer under way was broken off, and why: its client sees only that it ends. */
  brokenOff(why: string): void;
  /** Tells the operator of an error that is a fault of ours. */
  report(error: unknown, where: string): void;
}
