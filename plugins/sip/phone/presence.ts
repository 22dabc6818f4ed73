/**
 * Whether a phone is there, as the server is told.
 *
 * @module
 */
import type { Phone } from "switchroom/plugin";
import type { Clock, TokenBuckets } from "../lib/tools/mod.ts";

/** How long the newest news waits when there was too much of it, milliseconds. */
const WAIT_MS = 1_000;

/** What presence is made of. */
export interface PresenceOptions {
  /** Whose it is. */
  user: string;
  clock: Clock;
  /**
   * How often each user's may change: the server ends a plugin that tells too much, and one phone must not do that to
   * all.
   */
  rate: TokenBuckets;
  /** How often those of all users may: a whole network that comes back must not do it either. */
  rateOfAll: TokenBuckets;
}

/**
 * Tells the server that a phone has come or gone; of one that comes and goes all the time, only where it is in the end.
 */
export class Presence {
  readonly #options: PresenceOptions;
  #phone: Phone | undefined;
  #isThere = false;
  #cancelWait: (() => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Tells whether a phone is there, now or in a moment. */
  tell(phone: Phone, isThere: boolean): void {
    this.#phone = phone;
    this.#isThere = isThere;
    if (!this.#cancelWait) this.#look();
  }

  /** Tells nothing any more. */
  end(): void {
    this.#cancelWait?.();
    this.#phone = undefined;
  }

  #look(): void {
    const { clock, rate, rateOfAll, user } = this.#options;
    this.#cancelWait = undefined;
    if (!this.#phone || this.#phone.connected === this.#isThere) return;
    const mayChange = rate.take(user);
    if (mayChange && rateOfAll.take("")) {
      this.#phone.connected = this.#isThere;
      return;
    }
    if (mayChange) rate.giveBack(user);
    this.#cancelWait = clock.after(WAIT_MS, () => this.#look());
  }
}
