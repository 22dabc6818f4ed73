/**
 * Who sent a request: the digest of an account says so, and nothing else.
 *
 * @module
 */
import { createChallenger, type DigestAlgorithm, type DigestVerdict } from "../lib/digest/mod.ts";
import type { SipRequest } from "../lib/message/mod.ts";
import { type Clock, TokenBuckets } from "../lib/tools/mod.ts";
import { type Peer, peerText, sourceOf } from "../lib/transport/mod.ts";
import { ChallengeAlgorithms } from "./challenge_algorithms.ts";
import { foldedLog } from "./folded_log.ts";
import type { Account, Rate } from "./registrar.ts";

/** How long a nonce is good, milliseconds: a phone that refreshes more often than that saves a round trip. */
const NONCE_MS = 300_000;

/** How much of a user's name is remembered and logged: who names it is not known yet. */
const LONGEST_USER = 64;

/** What an authenticator is made of. */
export interface AuthenticatorOptions {
  realm: string;
  accounts: readonly Account[];
  algorithms: readonly DigestAlgorithm[];
  /**
   * Wrong answers of one source for one user; beyond them its answers for that user are not looked at, so that a secret
   * is not guessed quickly.
   */
  wrongAnswers: Rate;
  clock: Clock;
  log(text: string): void;
}

/** Whom it has found: a user, or the challenges to answer with, or nothing to be answered. */
export type Identity = { user: string } | { challenges: string[] } | "drop";

/**
 * Makes what tells whom a request is from. Accounts that are not there are challenged, slowed and refused like those
 * that are; only the log tells them apart.
 */
export function createAuthenticator(options: AuthenticatorOptions): (request: SipRequest, from: Peer) => Identity {
  const { realm, accounts, algorithms, clock } = options;
  const challenger = createChallenger({ realm, clock, lifetimeMs: NONCE_MS, algorithms });
  const secrets = new Map(accounts.map(({ user, secret }) => [user, secret]));
  const wrong = new TokenBuckets({ clock, ...options.wrongAnswers });
  // Of one source: whoever names ever new users would fill the log.
  const lines = new TokenBuckets({ clock, ...options.wrongAnswers });
  const offered = new ChallengeAlgorithms(algorithms, clock);
  const log = foldedLog({ clock, log: options.log });

  const why = (verdict: DigestVerdict): string | undefined => {
    if (verdict.verdict === "missing") return verdict.why && `its Authorization cannot be checked: ${verdict.why}`;
    if (verdict.verdict !== "wrong") return undefined;
    const user = JSON.stringify(verdict.user.slice(0, LONGEST_USER));
    return secrets.has(verdict.user) ? `the secret of ${user} was wrong` : `there is no account ${user}`;
  };

  return (request, from) => {
    const source = sourceOf(from.host);
    let guesser: string | undefined;
    let isSlowed = false;
    // Asked only by an answer to a nonce that this source was given: what others forge in its name must not spend what
    // it has.
    const secretOf = (user: string) => {
      guesser = `${source} ${user.slice(0, LONGEST_USER)}`;
      isSlowed = !wrong.take(guesser);
      return isSlowed ? undefined : secrets.get(user);
    };
    const verdict = challenger.check(request, { source: from.host, secretOf });
    if (isSlowed) return "drop";
    if (guesser !== undefined && verdict.verdict !== "wrong") wrong.giveBack(guesser);
    const refused = why(verdict);
    if (refused !== undefined && lines.take(source)) {
      log(`Refused ${request.method.slice(0, 32)} of ${peerText(from)}: ${refused}`, `${source} ${refused}`);
    }
    if (verdict.verdict === "ok") {
      offered.took(verdict.algorithm, { request, from });
      return { user: verdict.user };
    }
    const next = verdict.verdict === "missing" ? offered.next(request, from) : offered.again(verdict);
    return { challenges: challenger.challenge(from.host, { stale: verdict.verdict === "stale", algorithms: next }) };
  };
}
