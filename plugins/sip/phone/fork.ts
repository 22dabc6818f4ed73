/**
 * One ring of a phone that has several contacts: a call to each, of which one is answered.
 *
 * @module
 */
import type { Call, CallEnd } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";
import { atMost, type Clock } from "../lib/tools/mod.ts";
import { anyOf, firstOf } from "./first_of.ts";

/** A call, and the contact that it goes to. */
export interface Leg {
  readonly call: Call;
  readonly contact: string;
}

/** Its promises may be left unwatched. */
export class Fork {
  /** Fulfilled when the first contact rings or answers; rejected with what says most of the refusals. */
  readonly ringing: Promise<void>;
  /** Fulfilled with the leg that was answered; the others are cancelled. Rejected as `ringing`. */
  readonly answered: Promise<Leg>;
  readonly #legs: readonly Leg[];

  /**
   * @param legs At least one. Those that have said nothing a while after another was refused are given up.
   * @param clock Times that.
   */
  constructor(legs: readonly Leg[], clock: Clock) {
    this.#legs = legs;
    this.answered = firstOf(legs.map((leg) => leg.call.answered.then(() => leg)), {
      clock,
      isSilent: (index) => legs[index]?.call.state === "calling",
      givenUp: (index) => void legs[index]?.call.hangUp(),
    });
    this.ringing = Promise.race([anyOf(legs.map(({ call }) => call.ringing)), this.answered.then(() => {})]);
    this.answered.then((leg) => this.#hangUp((other) => other !== leg), () => {});
    this.ringing.catch(() => {});
    for (const { call } of legs) call.answered.catch((error) => this.#refused(error));
  }

  /** Whether the person has answered. */
  get isAnswered(): boolean {
    return this.#legs.some(({ call }) => call.state === "answered");
  }

  /**
   * Ends every leg; tells how those ended that rang, or all if none did: a contact that has never said anything cannot
   * confirm anything.
   */
  cancel(): Promise<CallEnd[]> {
    const loud = this.#legs.filter(({ call }) => call.state === "ringing");
    this.#hangUp(() => true);
    return Promise.all((loud.length > 0 ? loud : this.#legs).map(({ call }) => call.ended));
  }

  /** Ends the legs to contacts that are gone. @returns Whether any is left. */
  drop(isThere: (contact: string) => boolean): boolean {
    this.#hangUp(({ contact }) => !isThere(contact));
    return this.#legs.some(({ contact }) => isThere(contact));
  }

  /** A person who declines at one phone does not want to hear the others either (RFC 3261 21.6). */
  #refused(error: unknown): void {
    if (error instanceof RequestRefused && error.status >= 600) this.#hangUp(() => true);
  }

  #hangUp(which: (leg: Leg) => boolean): void {
    for (const leg of this.#legs) if (which(leg)) void leg.call.hangUp();
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

/**
 * Sees to it that the phone itself has confirmed the ends of calls.
 *
 * @throws {RequestRefused} What it said against that, or 408 or 503 for its silence.
 */
export function requireConfirmed(ends: readonly CallEnd[]): void {
  for (const { unconfirmed } of ends) if (unconfirmed) throw new RequestRefused(unconfirmed);
}
