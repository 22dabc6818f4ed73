/**
 * The bell and the handset of a phone together, as calls make them: an INVITE rings, an answered call is a lifted
 * handset.
 *
 * @module
 */
import { PhoneError, unlessAborted } from "switchroom/plugin";
import type { Call } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";
import type { Header } from "../lib/message/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import type { Leg } from "./alerting.ts";
import { Bell } from "./bell.ts";
import { waitBriefly } from "./fork.ts";
import { Handset, type HandsetEvents } from "./handset.ts";

/** What happens at the phone. */
export interface LineEvents extends HandsetEvents {
  /** It rings with this mode, 0 = not any more. */
  ringMode(mode: number): void;
}

/** What a line is made of. */
export interface LineOptions {
  clock: Clock;
  /** How long a lift waits for a person, milliseconds. */
  offHookMs: number;
  /** Sends an INVITE to every contact; throws a `PhoneError` if there is none. */
  invite(headers: readonly Header[]): Leg[];
  /** The headers of each ring mode, the first one's first. */
  ringHeaders: readonly (readonly Header[])[];
  /** The headers that ask a phone to lift its handset. */
  liftHeaders: readonly Header[];
  /** Hears what happens. */
  events: LineEvents;
}

/**
 * What rings at a phone that does not lift its handset by itself: the first mode, which is its own ring unless
 * configured otherwise.
 */
const LIFT_MODE = 1;

/** One who waits for the handset to be lifted. */
type Lift = PromiseWithResolvers<void>;

export class Line {
  readonly #options: LineOptions;
  readonly #bell: Bell;
  readonly #handset: Handset;
  readonly #lifts = new Set<Lift>();

  constructor(options: LineOptions) {
    this.#options = options;
    const { clock, invite, events } = options;
    this.#handset = new Handset(clock, {
      hook: (mode) => {
        events.hook(mode);
        if (mode !== "onHook") this.#endLifts((lift) => lift.resolve());
      },
      digit: (digit) => events.digit(digit),
    });
    this.#bell = new Bell({
      clock,
      invite,
      events: {
        ringMode: (mode) => events.ringMode(mode),
        answered: (leg) => this.#handset.answered(leg),
      },
    });
  }

  /** How the bell rings, 0 = not. */
  get ringMode(): number {
    return this.#bell.mode;
  }

  /** Whether the handset is off hook. */
  get isUp(): boolean {
    return this.#handset.isUp;
  }

  /** Whether there is a call, also one that the phone is about to make. */
  get isBusy(): boolean {
    return this.#handset.isBusy;
  }

  /** The answered call, the newest if there are several. */
  get call(): Call | undefined {
    return this.#handset.call;
  }

  /** Rings with a mode, 0 = silence; fulfilled when the phone has said so. */
  async ring(mode: number, signal: AbortSignal): Promise<void> {
    if (mode === 0) return await this.#bell.silence(signal);
    await this.#bell.ring({ mode, headers: this.#options.ringHeaders[mode - 1] ?? [], signal });
  }

  /** Has the handset lifted, by the phone itself or by its person; whoever gives up has nothing ring on for it. */
  async lift(signal: AbortSignal): Promise<void> {
    if (this.isUp) return;
    const { clock, offHookMs, liftHeaders } = this.#options;
    const late = new AbortController();
    const cancel = clock.after(offHookMs, () => late.abort(notLifted(offHookMs)));
    const lift: Lift = Promise.withResolvers();
    lift.promise.catch(() => {});
    this.#lifts.add(lift);
    try {
      await this.#bell.summon({
        mode: LIFT_MODE,
        headers: liftHeaders,
        signal: AbortSignal.any([signal, late.signal]),
        until: lift.promise,
        isNeeded: () => this.#lifts.has(lift),
      });
    } finally {
      cancel();
      this.#lifts.delete(lift);
    }
  }

  /** Puts the handset on hook; fulfilled when the phone has confirmed it. Nothing is sent if it is there already. */
  async putDown(signal: AbortSignal): Promise<void> {
    const why = new PhoneError("OPERATIONFAILED", "The handset was put on hook by a later request");
    const dismissed = this.#bell.dismiss(why);
    this.#endLifts((lift) => lift.reject(why));
    const [unconfirmed] = await unlessAborted(Promise.all([this.#handset.hangUp(), dismissed]), signal);
    for (const refusal of unconfirmed) throw new RequestRefused(refusal);
  }

  /** Takes over a call that the phone makes. */
  dialled(call: Call, contact: string | undefined): void {
    this.#handset.dialled(call, contact);
  }

  /**
   * Ends what rings at contacts that are gone, and every call if the phone cannot be reached at all. While it has other
   * contacts it may have moved in the middle of a call, which goes on for as long as its dialog does.
   *
   * @param why The phone cannot be reached at all; absent, it has other contacts.
   */
  drop(isThere: (contact: string) => boolean, why?: unknown): void {
    this.#bell.drop(isThere, why);
    this.#handset.forget(isThere);
    if (why !== undefined) this.#handset.drop();
  }

  /** Ends everything, whether or not the phone confirms it in time. */
  async end(why: unknown): Promise<void> {
    await Promise.all([this.#bell.end(why), waitBriefly(this.#handset.hangUp(), this.#options.clock)]);
    this.#handset.letGo();
  }

  #endLifts(end: (lift: Lift) => void): void {
    const lifts = [...this.#lifts];
    this.#lifts.clear();
    lifts.forEach(end);
  }
}

function notLifted(ms: number): PhoneError {
  return new PhoneError("OPERATIONFAILED", `Nobody lifted the handset within ${ms / 1_000} s`);
}
