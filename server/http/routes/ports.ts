/**
 * What HTTP asks of the world, and what its routes have beyond: each group of them names what it uses.
 *
 * @module
 */
import type {
  AccessRefusals,
  AttemptStore,
  FailedAttempts,
  LoginTable,
  NoteUse,
  RateLimit,
  TokenKeeper,
  TokenStore,
  TokenTable,
} from "../../access/mod.ts";
import type { ApiBounds, HistoryReads, TokenSemaphore, Waits } from "../../api/mod.ts";
import type { Health } from "../../core/contract/health.ts";
import type { HistoryAudit, HistoryReader } from "../../core/contract/history.ts";
import type { ManagedPlugin } from "../../core/contract/managed_plugin.ts";
import type { Applications, Clock, Lifecycle, Operator } from "../../core/mod.ts";
import type { Fact } from "../../core/contract/facts.ts";
import type { Sockets } from "../../socket/mod.ts";
import type { ReplyRelease } from "../answering/reply_release.ts";

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

/** What HTTP asks of the world: the core, the history as it is asked, tokens, and small services. */
export interface HttpPorts {
  /** What every call comes down to. */
  readonly applications: Applications;
  /** What only an operator may see or end. */
  readonly operator: Operator;
  /** Whether the server stops. */
  readonly lifecycle: Pick<Lifecycle, "condition">;
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
  /** {@linkcode DEFAULT_API_BOUNDS}, unless configured. */
  readonly bounds: ApiBounds;
  /** Every configured plugin, in the order of configuration. */
  plugins(): readonly ManagedPlugin[];
  /** Asked on every `GET /readyz`. */
  health(): Health;
  /** Asked on every `GET /metrics`. */
  metrics(): Promise<MetricsText>;
  /** Takes each answer of a route, those about health left out; called on the hot path. */
  answered(answer: Answered): void;
  /** Appends a fact to the history that nobody waits for: it is dropped while too much else waits for the disk. */
  noteOptional(fact: Fact): void;
  /** Appends a fact to the history; resolves when it is on disk. */
  note(fact: Fact): Promise<void>;
  /**
   * Tells the operator at once that an address, or undefined for many together, has presented so many wrong tokens that
   * it is told to wait.
   */
  slowed(address: string | undefined): void;
  /** Tells the operator that an answer under way was broken off, and why: its client sees only that it ends. */
  brokenOff(why: string): void;
  /** Tells the operator of an error that is a fault of ours. */
  report(error: unknown, where: string): void;
}

/** What the routes have beyond the ports: what outlives a single call. */
export interface AppPorts extends HttpPorts {
  /** Counts calls without a valid token. */
  readonly refusals: AccessRefusals;
  /** Counts wrong tokens. */
  readonly attempts: FailedAttempts;
  /** Refuses a token that calls too often. */
  readonly rateLimit: RateLimit;
  /** Notes that a token was used. */
  readonly noteUse: NoteUse;
  /** Logins of browsers. */
  readonly logins: LoginTable;
  /** Tells the core when answers have been handed out. */
  readonly replies: ReplyRelease;
  /** Every open socket. */
  readonly sockets: Sockets;
  /** Makes, revokes and ends tokens. */
  readonly tokenKeeper: TokenKeeper;
  /** Who waits for requests to end. */
  readonly waits: Waits;
  /** Counts who reads the history. */
  readonly reads: HistoryReads;
  /** Has each token's questions to the history wait for one another, and not for all of them. */
  readonly questions: TokenSemaphore;
  /** Tells what has been counted and held back so far: the server stops. */
  flush(): void;
}
