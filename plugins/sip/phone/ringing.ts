/**
 * One ring of a phone, from its INVITE until it is answered or over, and who wants it.
 *
 * Several may want the same ring. Who gives up withdraws one wish; the ring is cancelled when nobody wants it any more.
 *
 * @module
 */
import type { Clock } from "../lib/tools/mod.ts";
import type { Leg } from "./alerting.ts";
import { type Fork, waitBriefly } from "./fork.ts";

/** How a ring goes. */
export interface RingEvents {
  /** It rings with this mode, 0 = not any more. */
  ringMode(mode: number): void;
  /** The person has answered. */
  answered(leg: Leg): void;
}

/** What a ring is made of. */
export interface RingingOptions {
  /** 1 and up. */
  mode: number;
  fork: Fork;
  clock: Clock;
  events: RingEvents;
}

/** One who wants a phone to ring: until the ring is over, or until the wish is withdrawn. */
export interface Wish {
  /** Whether only a lifted handset is waited for: then any ring will do. */
  readonly toLift: boolean;
}

/** How a ring has ended that was not answered. */
export interface Unanswered {
  /** What it is to those who waited for the phone to ring. */
  readonly why: unknown;
  /** Whether those who wait for the handset may have the phone ring anew: nobody has said that it is not to. */
  readonly again: boolean;
}

export class Ringing {
  readonly #options: RingingOptions;
  readonly #wishes = new Set<Wish>();
  readonly #rings = Promise.withResolvers<void>();
  readonly #unanswered = Promise.withResolvers<Unanswered>();
  #heard = false;
  #cancelling: Promise<void> | undefined;
  #isOver = false;

  constructor(options: RingingOptions) {
    this.#options = options;
    this.#rings.promise.catch(() => {});
    const { fork } = options;
    fork.ringing.then(() => this.#hear(), () => {});
    fork.answered.then((leg) => this.#answer(leg), (why) => {
      if (!this.#cancelling) this.#over({ why, again: false });
    });
  }

  /** What it is rung with. */
  get mode(): number {
    return this.#options.mode;
  }

  /** Whether the phone has said that it rings. */
  get isHeard(): boolean {
    return this.#heard;
  }

  /** Whether it was answered, or has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether its end has been asked for. */
  get isCancelled(): boolean {
    return this.#cancelling !== undefined;
  }

  /** Whether it is there only to have the handset lifted. */
  get isOnlyToLift(): boolean {
    return [...this.#wishes].every(({ toLift }) => toLift);
  }

  /** Fulfilled when the phone rings, or answers without; rejected with what ended it before. */
  get rings(): Promise<void> {
    return this.#rings.promise;
  }

  /** Fulfilled when it has ended unanswered; never if it is answered. */
  get unanswered(): Promise<Unanswered> {
    return this.#unanswered.promise;
  }

  /** Somebody else wants it too. */
  wantedBy(wish: Wish): Ringing {
    this.#wishes.add(wish);
    return this;
  }

  /** Takes back one wish; the last one takes the ring with it. Never rejects. */
  async withdraw(wish: Wish, why: unknown): Promise<void> {
    this.#wishes.delete(wish);
    if (this.#wishes.size === 0 && !this.#cancelling) await this.giveUp(why);
  }

  /**
   * Ends it; fulfilled when the phone has confirmed that.
   *
   * @throws {RequestRefused} (rejected) If it does not: what it says against it, 408 or 503 for its silence.
   */
  cancel(unanswered: Unanswered): Promise<void> {
    this.#cancelling ??= this.#options.fork.cancel().finally(() => this.#over(unanswered));
    this.#cancelling.catch(() => {});
    return this.#cancelling;
  }

  /** Ends it, and waits only a while for the phone to confirm that. Never rejects. */
  async giveUp(why: unknown): Promise<void> {
    if (this.#isOver) return;
    const unanswered = { why, again: false };
    await waitBriefly(this.cancel(unanswered), this.#options.clock);
    this.#over(unanswered);
  }

  /** Ends what rings at contacts that are gone; it is over when none is left. */
  drop(isThere: (contact: string) => boolean, unanswered: Unanswered): void {
    if (!this.#options.fork.drop(isThere)) this.#over(unanswered);
  }

  #hear(): void {
    if (this.#isOver || this.#cancelling) return;
    if (!this.#options.fork.isAnswered) {
      this.#heard = true;
      this.#options.events.ringMode(this.mode);
    }
    this.#rings.resolve();
  }

  #answer(leg: Leg): void {
    // It was answered and cancelled at once: the call is ended too, and the phone is as if it had not been answered.
    if (this.#isOver || this.#cancelling) return void leg.call.hangUp();
    this.#rings.resolve();
    this.#still();
    this.#options.events.answered(leg);
  }

  #over(unanswered: Unanswered): void {
    if (this.#isOver) return;
    this.#still();
    this.#rings.reject(unanswered.why);
    this.#unanswered.resolve(unanswered);
  }

  #still(): void {
    this.#isOver = true;
    if (this.#heard) this.#options.events.ringMode(0);
  }
}
