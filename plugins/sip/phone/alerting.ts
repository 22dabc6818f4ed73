/**
 * Which contacts of a phone ring, as far as anybody knows: each from its own word (180, 183) until its own word that it
 * rings no more, or until it is gone.
 *
 * That is another thing than whether a ring goes on: a ring is over for those who want it as soon as its connection
 * breaks, another contact is answered, or it is given up, and the phone may still be heard.
 *
 * @module
 */
import type { Call, CallEnd } from "../lib/call/mod.ts";
import { type Refusal, RequestRefused } from "../lib/dialog/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import { endAgain } from "./first_of.ts";

/** A call, and the contact that it goes to. */
export interface Leg {
  readonly call: Call;
  readonly contact: string;
}

/** What is known of a leg whose call is not over. */
interface Progress {
  /** Whether its contact rings: it has said so, or is to say that it does not. */
  rings: boolean;
  /** Fulfilled when it rings no more; with what stands in the place of its word, if it has not given that. */
  readonly over: PromiseWithResolvers<Refusal | undefined>;
}

export class Alerting {
  readonly #legs = new Map<Leg, Progress>();
  /**
   * The last leg of each contact that has rung and may ring on, since it has not said that it does not. One that
   * confirms the end of a later ring is believed to be silent.
   */
  readonly #doubts = new Map<string, Leg>();
  readonly #clock: Clock;

  /** @param clock Times what contacts are asked again. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes up a leg that is being called. */
  watch(leg: Leg): void {
    const progress: Progress = { rings: false, over: Promise.withResolvers() };
    this.#legs.set(leg, progress);
    leg.call.ringing.then(() => progress.rings = true, () => {});
    void leg.call.ended.then((end) => this.#end(leg, unconfirmedIn(end)));
  }

  /** The person has answered, and is in a call now. */
  answered(leg: Leg): void {
    this.#end(leg);
  }

  /** Waits no longer for the word of a contact, which counts as gone for this ring. */
  giveUp(leg: Leg): void {
    const progress = this.#legs.get(leg);
    this.#legs.delete(leg);
    progress?.over.resolve(undefined);
  }

  /** Forgets contacts that are gone. */
  drop(isThere: (contact: string) => boolean): void {
    for (const leg of [...this.#legs.keys()]) if (!isThere(leg.contact)) this.#end(leg);
    for (const contact of [...this.#doubts.keys()]) if (!isThere(contact)) this.#doubts.delete(contact);
  }

  /**
   * Waits for legs that are being ended: for those that ring, or for all if none has said that it does. A contact that
   * has never said anything cannot confirm anything.
   *
   * @throws {RequestRefused} (rejected) What stands in the place of a word that was not given.
   */
  async confirmed(legs: readonly Leg[]): Promise<void> {
    const ringing = legs.filter((leg) => this.#legs.get(leg)?.rings || leg.call.state === "ringing");
    const awaited = (ringing.length > 0 ? ringing : legs).flatMap((leg) => this.#legs.get(leg) ?? []);
    for (const progress of awaited) progress.rings = true;
    for (const unconfirmed of await Promise.all(awaited.map(({ over }) => over.promise))) refuse(unconfirmed);
  }

  /** Waits until all that ring now are over, confirmed or not; never rejects. */
  async still(): Promise<void> {
    const ringing = [...this.#legs.values()].filter(({ rings }) => rings);
    await Promise.all(ringing.map(({ over }) => over.promise));
  }

  /**
   * Asks the contacts again that have rung and may ring on.
   *
   * @throws {RequestRefused} (rejected) What one says against its end, or what stands for its silence.
   */
  async askAgain(): Promise<void> {
    const outcomes = [...this.#doubts].map(async ([contact, leg]) => {
      const unconfirmed = await endAgain(leg.call, this.#clock);
      // It may have gone meanwhile, or have ended a later ring.
      if (this.#doubts.get(contact) !== leg) return undefined;
      if (!unconfirmed) this.#doubts.delete(contact);
      return unconfirmed;
    });
    for (const unconfirmed of await Promise.all(outcomes)) refuse(unconfirmed);
  }

  #end(leg: Leg, unconfirmed?: Refusal): void {
    const progress = this.#legs.get(leg);
    if (!progress) return;
    this.#legs.delete(leg);
    if (progress.rings && unconfirmed) this.#doubts.set(leg.contact, leg);
    else if (progress.rings) this.#doubts.delete(leg.contact);
    progress.over.resolve(unconfirmed);
  }
}

/** What stands in the place of the phone's word where a call has ended without one. */
export function unconfirmedIn(
  { by, unconfirmed, status = 408, reason = "Request Timeout" }: CallEnd,
): Refusal | undefined {
  return unconfirmed ?? (by === "network" ? { status, reason } : undefined);
}

function refuse(unconfirmed: Refusal | undefined): void {
  if (unconfirmed) throw new RequestRefused(unconfirmed);
}
