/**
 * What the routes need beyond the ports: what outlives a single call.
 *
 * @module
 */
import { type AccessRefusals, accessRefusals } from "../access/access_refusals.ts";
import { type FailedAttempts, failedAttempts } from "../access/failed_attempts.ts";
import { type Pace, pace } from "../access/rate_limit.ts";
import { type SessionTable, sessionTable } from "../access/login_table.ts";
import { type ReplyRelease, replyRelease } from "./answering/reply_release.ts";
import { type Turns, turns } from "../api/token_semaphore.ts";
import { type Waits, waits } from "../api/waits.ts";
import type { HttpPorts } from "./routes/ports.ts";
import { foldedRefusals } from "../api/refusals/refused_call.ts";
import { Sockets } from "../socket/sockets.ts";

/** What the routes need beyond the ports: what outlives a single call. */
export interface AppPorts extends HttpPorts {
  /** Counts calls without a valid token. */
  readonly refusals: AccessRefusals;
  /** Counts wrong tokens. */
  readonly attempts: FailedAttempts;
  /** Tells the core when answers have been handed out. */
  readonly replies: ReplyRelease;
  /** Sessions of browsers. */
  readonly sessions: SessionTable;
  /** Every open socket. */
  readonly sockets: Sockets;
  /** Refuses a token that calls too often. */
  readonly pace: Pace;
  /** Who waits for requests to end. */
  readonly waits: Waits;
  /** Has each token's questions to the history wait for one another, and not for all of them. */
  readonly questions: Turns;
  /** Tells what has been counted and held back so far: the server stops. */
  flush(): void;
}

/** Questions of each token: few enough for nobody to wait for another's, and enough for a page of clients that ask for all they know at once. */
const QUESTIONS = { atOnce: 16, waiting: 1_024 };

/** Makes it all, empty. */
export function appPorts(ports: HttpPorts): AppPorts {
  const { clock, limits } = ports;
  const refusals = accessRefusals(clock, ports.note);
  const facts = foldedRefusals(clock, ports.note);
  const replies = replyRelease(clock, limits.answerMs);
  return {
    ...ports,
    note: facts.note,
    refusals,
    attempts: failedAttempts(clock, { store: ports.attemptStore, onSlowed: ports.slowed }),
    replies,
    sessions: sessionTable(clock, ports.tokens),
    sockets: new Sockets(clock, limits),
    pace: pace(clock, limits.callsPerMinute),
    waits: waits(),
    questions: turns("questions to the history", QUESTIONS),
    flush() {
      replies.flush();
      refusals.flush();
      facts.flush();
    },
  };
}
