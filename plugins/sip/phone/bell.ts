/**
 * The bell of a phone: at most one INVITE of ours rings at a time.
 *
 * A ring that was asked for and is heard goes on until it is silenced, answered or refused; what was begun only to have
 * the handset lifted ends with that wish.
 *
 * @module
 */
import { PhoneError, SerialQueue, unlessAborted } from "switchroom/plugin";
import type { Header } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import { Alerting, type Leg } from "./alerting.ts";
import { Fork, waitBriefly } from "./fork.ts";
import { type RingEvents, Ringing, type Wish } from "./ringing.ts";

/** What a bell is made of. */
export interface BellOptions {
  clock: Clock;
  /** Sends an INVITE to every contact; throws a `PhoneError` if there is none. */
  invite(headers: readonly Header[]): Leg[];
  /** Hears how its rings go. */
  events: RingEvents;
}

/** How to ring. */
export interface Ring {
  /** 1 and up. */
  mode: number;
  /** What the INVITE says besides. */
  headers: readonly Header[];
  /** Gives it up. */
  signal: AbortSignal;
}

/** A ring that is there only to have the handset lifted. */
export interface Summons extends Ring {
  /** Settles when there is no need for it any more. */
  until: Promise<void>;
  /** Whether `until` is open. */
  isNeeded(): boolean;
}

export class Bell {
  readonly #options: BellOptions;
  /** A ring and an off-hook, which are not the same item, both begin rings, and a later ring is let cut short an earlier. */
  readonly #queue = new SerialQueue();
  readonly #alerting: Alerting;
  #last: Ringing | undefined;
  /** How often silence was asked for: a ring that was asked for before and has not begun does not begin any more. */
  #silences = 0;

  constructor(options: BellOptions) {
    this.#options = options;
    this.#alerting = new Alerting(options.clock);
  }

  /** How it rings, 0 = not: what the phone has said, not what was asked. */
  get mode(): number {
    const now = this.#now;
    return now?.isHeard ? now.mode : 0;
  }

  /**
   * Rings; fulfilled when the phone has said that it does. Another mode ends the ring that is under way first.
   *
   * @throws {RequestRefused} What the phone says against it.
   */
  async ring({ mode, headers, signal }: Ring): Promise<void> {
    const silences = this.#silences;
    const wish: Wish = { toLift: false };
    const ringing = await this.#queue.run(async () => {
      await this.#untilStill(signal);
      if (this.#silences > silences) throw silenced();
      const now = this.#now;
      if (now?.mode === mode) return now.wantedBy(wish);
      if (now) await unlessAborted(now.cancel({ why: silenced(), again: true }), signal);
      if (this.#silences > silences) throw silenced();
      return this.#begin({ mode, headers }).wantedBy(wish);
    }, signal);
    try {
      await unlessAborted(ringing.rings, signal);
    } catch (error) {
      if (signal.aborted) await ringing.withdraw(wish, error);
      throw error;
    }
  }

  /**
   * Has a ring under way, whichever, for as long as it is needed; one that another follows is waited for anew.
   *
   * @throws What `until` or the signal says; what ended the ring, if that was not answered.
   */
  async summon({ until, isNeeded, mode, headers, signal }: Summons): Promise<void> {
    const wish: Wish = { toLift: true };
    while (isNeeded()) {
      const ringing = await this.#queue.run(async () => {
        await this.#untilStill(signal);
        return isNeeded() ? (this.#now ?? this.#begin({ mode, headers })).wantedBy(wish) : undefined;
      }, signal);
      if (!ringing) break;
      try {
        const ended = await unlessAborted(Promise.race([until, ringing.unanswered]), signal);
        if (ended && !ended.again) throw ended.why;
      } finally {
        const withdrawn = ringing.withdraw(wish, signal.reason);
        if (signal.aborted) await withdrawn;
      }
    }
    await until;
  }

  /**
   * Ends the ring, if there is one; fulfilled when every contact that rang, in this ring or before, has confirmed that
   * it does not any more, or is gone.
   *
   * @throws {RequestRefused} If one has not: what it says against it, 408 or 503 for its silence.
   */
  async silence(signal: AbortSignal): Promise<void> {
    this.#silences++;
    // What is not confirmed by it is in doubt, and is asked again.
    const cancelled = this.#now?.cancel({ why: silenced(), again: false }).catch(() => {});
    await unlessAborted(Promise.all([cancelled, this.#alerting.still()]), signal);
    await unlessAborted(this.#alerting.askAgain(), signal);
  }

  /** As {@linkcode Bell.silence}, for a ring that is only there to have the handset lifted. */
  async dismiss(why: unknown): Promise<void> {
    const now = this.#now;
    if (now?.isOnlyToLift) await now.cancel({ why, again: false });
  }

  /**
   * Ends what rings at contacts that are gone; the ring is over when none is left.
   *
   * @param why The phone cannot be reached at all; absent, it has other contacts.
   */
  drop(isThere: (contact: string) => boolean, why?: unknown): void {
    this.#now?.drop(isThere, { why: why ?? moved(), again: why === undefined });
    this.#alerting.drop(isThere);
  }

  /** Ends whatever rings or may ring on, confirmed or not: its phone is closed. */
  async end(why: unknown): Promise<void> {
    this.#silences++;
    await Promise.all([this.#now?.giveUp(why), waitBriefly(this.#alerting.askAgain(), this.#options.clock)]);
  }

  /** The ring that is under way. */
  get #now(): Ringing | undefined {
    return this.#last?.isOver ? undefined : this.#last;
  }

  #begin({ mode, headers }: Pick<Ring, "mode" | "headers">): Ringing {
    const { invite, clock, events } = this.#options;
    const alerting = this.#alerting;
    this.#last = new Ringing({
      mode,
      clock,
      fork: new Fork(invite(headers), { clock, alerting }),
      events: {
        ringMode: (mode) => events.ringMode(mode),
        answered(leg) {
          alerting.answered(leg);
          events.answered(leg);
        },
      },
    });
    return this.#last;
  }

  /** Waits for the end of a ring that is being cancelled. */
  async #untilStill(signal: AbortSignal): Promise<void> {
    const now = this.#now;
    if (now?.isCancelled) await unlessAborted(now.unanswered, signal);
  }
}

function silenced(): PhoneError {
  return new PhoneError("OPERATIONFAILED", "The ring was ended by a later request before the phone had answered to it");
}

function moved(): PhoneError {
  return new PhoneError("INVALPHONESTATE", "The contacts that were rung are not registered any more");
}
