/**
 * One ring of a phone that has several contacts: a call to each, of which one is answered.
 *
 * @module
 */
import { RequestRefused } from "../lib/dialog/mod.ts";
import { atMost, type Clock } from "../lib/tools/mod.ts";
import { type Alerting, type Leg, unconfirmedIn } from "./alerting.ts";
import { anyOf, firstOf, PATIENCE_MS } from "./first_of.ts";
import { afterRinging } from "./refusal.ts";

/** What a fork is made of. */
export interface ForkOptions {
  clock: Clock;
  /** Takes note of which contacts ring. */
  alerting: Alerting;
}

/** Its promises may be left unwatched. */
export class Fork {
  /** Fulfilled when the first contact rings or answers; rejected with what says most of the refusals. */
  readonly ringing: Promise<void>;
  /** Fulfilled with the leg that was answered; the others are cancelled. Rejected as `ringing`. */
  readonly answered: Promise<Leg>;
  readonly #legs: readonly Leg[];
  readonly #alerting: Alerting;
  readonly #clock: Clock;
  /** Those that we have hung up, and that have not said that they have ended. */
  readonly #leaving = new Set<Leg>();
  /** Whether a contact has said the last word of its leg, or was answered: the phone is there. */
  #hasSpoken = false;

  /** @param legs At least one. Those that have said nothing a while after another was refused are given up. */
  constructor(legs: readonly Leg[], { clock, alerting }: ForkOptions) {
    this.#legs = legs;
    this.#alerting = alerting;
    this.#clock = clock;
    for (const leg of legs) this.#watch(leg);
    this.answered = firstOf(legs.map(answered), {
      clock,
      isSilent: (index) => legs[index]?.call.state === "calling",
      givenUp: (index) => void legs[index]?.call.hangUp(),
    });
    this.ringing = Promise.race([anyOf(legs.map(({ call }) => call.ringing)), this.answered.then(() => {})]);
    this.answered.then((leg) => {
      this.#spoken();
      this.#hangUp((other) => other !== leg);
    }, () => {});
    this.ringing.catch(() => {});
    for (const { call } of legs) call.answered.catch((error) => this.#refused(error));
  }

  /** Whether the person has answered. */
  get isAnswered(): boolean {
    return this.#legs.some(({ call }) => call.state === "answered");
  }

  /** Ends every leg; settles as {@linkcode Alerting.confirmed}. */
  cancel(): Promise<void> {
    const confirmed = this.#alerting.confirmed(this.#legs);
    this.#hangUp(() => true);
    return confirmed;
  }

  /** Ends the legs to contacts that are gone. @returns Whether any is left. */
  drop(isThere: (contact: string) => boolean): boolean {
    this.#hangUp(({ contact }) => !isThere(contact));
    return this.#legs.some(({ contact }) => isThere(contact));
  }

  /**
   * A person who declines at one phone does not want to hear the others either (RFC 3261 21.6); one that was answered
   * meanwhile is none of those (16.7, step 5).
   */
  #refused(error: unknown): void {
    if (!(error instanceof RequestRefused) || error.status < 600) return;
    this.#hangUp(({ call }) => call.state !== "answered");
  }

  #hangUp(which: (leg: Leg) => boolean): void {
    for (const leg of this.#legs) {
      if (!which(leg) || leg.call.state === "ended" || this.#leaving.has(leg)) continue;
      this.#leaving.add(leg);
      if (this.#hasSpoken) this.#giveUpLater(leg);
      void leg.call.hangUp();
    }
  }

  #watch(leg: Leg): void {
    this.#alerting.watch(leg);
    void leg.call.ended.then((end) => {
      this.#leaving.delete(leg);
      if (!unconfirmedIn(end)) this.#spoken();
    });
  }

  #spoken(): void {
    if (this.#hasSpoken) return;
    this.#hasSpoken = true;
    for (const leg of this.#leaving) this.#giveUpLater(leg);
  }

  /** Who confirms nothing while another contact has spoken was switched off, most likely: 32 s are too long for it. */
  #giveUpLater(leg: Leg): void {
    const cancel = this.#clock.after(PATIENCE_MS, () => this.#alerting.giveUp(leg));
    void leg.call.ended.then(cancel);
  }
}

/** Fulfilled with the leg when it is answered. */
async function answered(leg: Leg): Promise<Leg> {
  let rang = false;
  leg.call.ringing.then(() => rang = true, () => {});
  try {
    await leg.call.answered;
    return leg;
  } catch (error) {
    throw rang ? afterRinging(error) : error;
  }
}

/**
 * How long a phone may take to confirm the end of what is given up, milliseconds. A close waits for it and then for the
 * phone itself, and has 4 s for both.
 */
const BRIEFLY_MS = 1_500;

/** Waits for an end that nobody insists on: not for long, and whatever comes of it. */
export function waitBriefly(ending: Promise<unknown>, clock: Clock): Promise<void> {
  return atMost(ending, { ms: BRIEFLY_MS, clock });
}
