/**
 * Session timers (RFC 4028): asked for by phones, never by us.
 *
 * @module
 */
import type { Header, SipHeaders, SipRequest, SipResponse } from "../message/mod.ts";
import type { Clock } from "../tools/mod.ts";

/** What was agreed on. */
export interface SessionInterval {
  /** How long the session lasts without a refresh. */
  seconds: number;
  /** Who refreshes it. */
  refresher: "us" | "phone";
}

/** What an answer to a phone's request says of the timer. */
export interface TimerAnswer {
  /** Absent: the session has no timer (any more). */
  interval?: SessionInterval;
  /** What the 2xx, or the 422, says. */
  headers: Header[];
  /** Whether the request is to be refused by 422. */
  tooSmall: boolean;
}

/** RFC 4028 section 5. */
const LEAST_SECONDS = 90;
/** A longer session is cut down to this, as section 9 lets us. */
const MOST_SECONDS = 86_400;
const SESSION_EXPIRES = /^(\d{1,10})\s*((?:;.*)?)$/;
const REFRESHER = /;\s*refresher\s*=\s*(ua[cs])\s*(?:;|$)/i;

/** Answers what an INVITE or UPDATE of the phone says of the timer (section 9). */
export function answerTimer({ headers }: SipRequest): TimerAnswer {
  const asked = readSessionExpires(headers);
  if (!asked) return { headers: [], tooSmall: false };
  const known = headers.all("Supported").some((option) => option.toLowerCase() === "timer");
  if (asked.seconds < LEAST_SECONDS) {
    // A proxy may have put it there for a phone that knows nothing of 422.
    return { headers: known ? [["Min-SE", `${LEAST_SECONDS}`]] : [], tooSmall: known };
  }
  const seconds = Math.min(asked.seconds, MOST_SECONDS);
  const refresher = known ? asked.refresher ?? "uac" : "uas";
  return {
    interval: { seconds, refresher: refresher === "uac" ? "phone" : "us" },
    headers: [
      ["Session-Expires", `${seconds};refresher=${refresher}`],
      ...(refresher === "uac" ? [["Require", "timer"] as const] : []),
    ],
    tooSmall: false,
  };
}

/** What a re-INVITE of ours says while a timer runs (section 7.4). */
export function timerHeaders({ seconds, refresher }: SessionInterval): Header[] {
  return [["Supported", "timer"], ["Session-Expires", `${seconds};refresher=${refresher === "us" ? "uac" : "uas"}`]];
}

/** What a 2xx to a re-INVITE of ours agrees on (section 7.2). */
export function agreedTimer({ headers }: SipResponse): SessionInterval | undefined {
  const agreed = readSessionExpires(headers);
  if (!agreed) return undefined;
  const seconds = Math.min(Math.max(agreed.seconds, LEAST_SECONDS), MOST_SECONDS);
  return { seconds, refresher: agreed.refresher === "uas" ? "phone" : "us" };
}

/** What a 422 to a re-INVITE of ours wants at least, seconds. */
export function leastTimer({ headers }: SipResponse): number | undefined {
  const least = /^\d{1,10}$/.exec(headers.get("Min-SE") ?? "")?.[0];
  return least === undefined || Number(least) > MOST_SECONDS ? undefined : Number(least);
}

function readSessionExpires(headers: SipHeaders): { seconds: number; refresher?: "uac" | "uas" } | undefined {
  const [, seconds, params = ""] = SESSION_EXPIRES.exec(headers.get("Session-Expires") ?? "") ?? [];
  if (seconds === undefined) return undefined;
  const refresher = REFRESHER.exec(params)?.[1]?.toLowerCase();
  return { seconds: Number(seconds), ...(refresher === "uac" || refresher === "uas" ? { refresher } : {}) };
}

/** What a timer is made of. */
export interface SessionTimerOptions {
  clock: Clock;
  /** Called halfway, if the refresh is ours. */
  refresh(): void;
  /** Called when no refresh has come in time. */
  expire(): void;
}

/** Times one session. */
export class SessionTimer {
  readonly #options: SessionTimerOptions;
  #interval: SessionInterval | undefined;
  #cancels: (() => void)[] = [];
  #stopped = false;

  constructor(options: SessionTimerOptions) {
    this.#options = options;
  }

  /** What runs now. */
  get interval(): SessionInterval | undefined {
    return this.#interval;
  }

  /** Begins anew with each refresh; rests when nothing is agreed on. */
  set(interval: SessionInterval | undefined): void {
    for (const cancel of this.#cancels) cancel();
    this.#interval = interval;
    this.#cancels = [];
    if (!interval || this.#stopped) return;
    const { clock, refresh, expire } = this.#options;
    const ms = interval.seconds * 1000;
    // Section 10: a little before the end, so that the other side still takes the BYE.
    this.#cancels.push(clock.after(ms - Math.min(32_000, ms / 3), expire));
    if (interval.refresher === "us") this.#cancels.push(clock.after(ms / 2, refresh));
  }

  /** Stops for good: an answer that comes late does not start it again. */
  stop(): void {
    this.#stopped = true;
    this.set(undefined);
  }
}
