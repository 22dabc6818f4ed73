/**
 * What the HTTP room is handed: the core, the history as it is asked, tokens, health and the world's small services.
 *
 * @module
 */
import type { Core } from "../core/core.ts";
import type { Clock, Fact, HistoryReader } from "../core/ports.ts";

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
}

/** How one enabled plugin is doing. */
export interface PluginHealth {
  /** The prefix of its phones. */
  readonly name: string;
  /** `starting ready backingOff stopped needsGrant givenUp`. */
  readonly state: string;
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

/** Bounds that this room keeps. The configuration can set those of bodies (api.md, section 1). */
export interface Limits {
  /** Bytes of a body. */
  bodyBytes: number;
  /** How deeply arrays and objects may be nested in a body. */
  jsonDepth: number;
  /** The longest that `Prefer: wait` holds an answer. */
  waitSeconds: number;
  /** Between the comments that keep a quiet event stream alive, milliseconds. */
  beatMs: number;
  /** How long a reply is held back for an answer that its client does not read, milliseconds. */
  answerMs: number;
  /** How long an orderly stop waits for answers that are on their way, milliseconds. */
  stopMs: number;
}

/** What holds unless configured. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 65_536,
  jsonDepth: 16,
  waitSeconds: 60,
  beatMs: 15_000,
  answerMs: 1_000,
  stopMs: 1_000,
};

/** Everything that the HTTP room needs of its surroundings. */
export interface HttpPorts {
  /** What every call comes down to. */
  readonly core: Core;
  /** The history, as it is asked. */
  readonly reader: HistoryReader;
  /** The tokens that are valid now. */
  readonly tokens: Tokens;
  /** For waiting, keeping alive and folding. */
  readonly clock: Clock;
  /** {@linkcode DEFAULT_LIMITS}, unless configured. */
  readonly limits: Limits;
  /** Asked on every `GET /readyz`. */
  health(): Health;
  /** Appends a fact to the history; nobody waits for it. */
  note(fact: Fact): void;
  /** Tells the operator of an error that is a fault of ours. */
  report(error: unknown, where: string): void;
}
