/**
 * What the sockets ask of the world.
 *
 * @module
 */
import type { NoteUse, RateLimit, Tokens } from "../access/mod.ts";
import type { ApiBounds, HistoryReads, TokenSemaphore } from "../api/mod.ts";
import type { HistoryReader } from "../core/contract/history.ts";
import type { Applications, Clock, Lifecycle } from "../core/mod.ts";
import type { Fact } from "../core/contract/facts.ts";

/** Shared by every socket, and wired in one place: `appPorts` of `server/http`. */
export interface SocketPorts {
  /** What every call comes down to. */
  readonly applications: Applications;
  /** Whether the server stops. */
  readonly lifecycle: Pick<Lifecycle, "condition">;
  /** For records of requests. */
  readonly reader: HistoryReader;
  /** The tokens that are valid now. */
  readonly tokens: Tokens;
  /** For waiting until a client has read on. */
  readonly clock: Clock;
  readonly bounds: ApiBounds;
  /** Notes that a token was used. */
  readonly noteUse: NoteUse;
  /** Refuses a token that calls too often. */
  readonly rateLimit: RateLimit;
  /** Counts who reads the history. */
  readonly reads: HistoryReads;
  /** Through which each token asks the history. */
  readonly questions: TokenSemaphore;
  /** Appends a fact to the history that nobody waits for: it is dropped while too much else waits for the disk. */
  noteOptional(fact: Fact): void;
  /** Tells the operator of an error that is a fault of ours. */
  report(error: unknown, where: string): void;
}

/** The route, as facts of the history name it. */
export const SOCKET_PATH = "/v1/socket";
