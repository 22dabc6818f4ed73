/**
 * What outlives a single call, made once for a server.
 *
 * @module
 */
import { accessRefusals, failedAttempts, loginTable, rateLimit, tokenKeeper, tokenUses } from "../access/mod.ts";
import { foldedRefusals, historyReads, tokenSemaphore, waits } from "../api/mod.ts";
import { Sockets } from "../socket/mod.ts";
import { replyRelease } from "./answering/reply_release.ts";
import type { AppPorts, HttpPorts } from "./routes/ports.ts";

/**
 * Questions of each token: few enough for nobody to wait for another's, and enough for a page of clients that ask for
 * all they know at once.
 */
const QUESTIONS = { atOnce: 16, waiting: 1_024 };

/** Makes it all, empty. */
export function appPorts(ports: HttpPorts): AppPorts {
  const { clock, bounds } = ports;
  const refusals = accessRefusals(clock, ports.noteOptional);
  const facts = foldedRefusals(clock, ports.noteOptional);
  const reads = historyReads(clock, ports.noteOptional);
  const replies = replyRelease(clock, bounds.answerMs);
  const shared = {
    ...ports,
    noteOptional: facts.noteOptional,
    reads,
    rateLimit: rateLimit(clock, bounds.callsPerMinute),
    noteUse: tokenUses(clock, ports.tokenStore),
    questions: tokenSemaphore("questions to the history", QUESTIONS),
    waits: waits(),
  };
  const keeper = tokenKeeper(shared);
  return {
    ...shared,
    refusals,
    attempts: failedAttempts(clock, { store: ports.attemptStore, onSlowed: ports.slowed }),
    logins: loginTable(clock, ports.tokens),
    replies,
    sockets: new Sockets(shared),
    tokenKeeper: keeper,
    flush() {
      keeper.stop();
      replies.flush();
      refusals.flush();
      facts.flush();
      reads.flush();
    },
  };
}
