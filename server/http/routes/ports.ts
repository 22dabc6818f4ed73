/**
 * What the HTTP room asks of the world: the core, the history as it is asked, tokens, and small services.
 *
 * @module
 */
import type { AttemptStore, TokenStore } from "../../access/contract.ts";
import type { Core } from "../../core/core.ts";
import type { HistoryAudit, HistoryReader } from "../../core/contract/history.ts";
import type { Clock, Fact } from "../../core/ports.ts";
import type { TokenTable } from "../../access/token.ts";
import type { Limits } from "../bounds.ts";
import type { Health } from "./health_types.ts";
import type { ManagedPlugin } from "./managed_plugin.ts";

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

/** See the module. */
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
