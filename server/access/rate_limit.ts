/**
 * How often a token may call, where the operator has set a limit.
 *
 * @module
 */
import type { Clock } from "../core/ports.ts";
import type { Token } from "./token.ts";
import { Refusal } from "../api/refusals/refusal.ts";

/**
 * Counts a call of a token.
 *
 * @throws {Refusal} `too-many-calls` if it calls too often.
 */
export type Pace = (token: Token) => void;

const MINUTE_MS = 60_000;

/** Makes a pace of so many calls a minute for each token, all at once or spread; 0 for no limit. */
export function pace(clock: Clock, perMinute: number): Pace {
  if (perMinute === 0) return () => {};
  const everyMs = MINUTE_MS / perMinute;
  /** Until when each token's calls would last if they were spread. */
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
    throw new Refusal("too-many-calls", `The token ${id} may make ${perMinute} calls a minute: wait ${seconds} s`, {
      headers: { "retry-after": String(seconds) },
    });
  };
}
