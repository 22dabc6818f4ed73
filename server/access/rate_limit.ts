/**
 * The rate limit: how often a token may call, where the operator has set a bound.
 *
 * It is a token bucket in the form of the generic cell rate algorithm (GCRA): of each token only one time is kept,
 * until when its calls would last if they were spread evenly. A call moves it on by one interval; it may lie a minute
 * ahead.
 *
 * @module
 */
import type { Clock } from "../core/mod.ts";
import type { Token } from "./token.ts";
import { Denial } from "./denial.ts";

/**
 * Counts a call of a token.
 *
 * @throws {Denial} `too-many-calls` if it calls too often.
 */
export type RateLimit = (token: Token) => void;

const MINUTE_MS = 60_000;

/** Makes a limit of so many calls a minute for each token, all at once or spread; 0 for none. */
export function rateLimit(clock: Clock, perMinute: number): RateLimit {
  if (perMinute === 0) return () => {};
  const everyMs = MINUTE_MS / perMinute;
  /** By the token's id. */
  const until = new Map<string, number>();
  let sweepAt = 0;
  /** One that is past is none: tokens come and go for as long as the server runs. */
  const sweep = (now: number) => {
    for (const [id, end] of until) if (end <= now) until.delete(id);
    sweepAt = now + MINUTE_MS;
  };
  return ({ id }) => {
    const now = clock.monotonic();
    if (now >= sweepAt) sweep(now);
    const next = Math.max(until.get(id) ?? now, now) + everyMs;
    const waitMs = next - now - MINUTE_MS;
    if (waitMs <= 0) return void until.set(id, next);
    const seconds = Math.ceil(waitMs / 1_000);
    throw new Denial("too-many-calls", `The token ${id} may make ${perMinute} calls a minute: wait ${seconds} s`, {
      retryAfter: seconds,
    });
  };
}
