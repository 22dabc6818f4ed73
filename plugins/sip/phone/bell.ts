/**
 * The bell of a phone: at most one INVITE of ours rings at a time.
 *
 * Who wants it to ring goes on to, until it is silenced, answered or refused; what was begun only to have the handset lifted ends with that wish.
 *
 * @module
 */
import { PhoneError } from "switchroom/plugin";
import { type CallEnd, CallRefused, type Clock } from "../sip/mod.ts";
import type { Headers } from "./alert.ts";
import { Fork, type Leg } from "./fork.ts";
import { Turns } from "./turns.ts";
import { atMost, unlessAborted } from "./waiting.ts";

/** How a ring goes. */
export interface BellEvents {
  /** It rings with this mode, 0 = not any more. */
  ringMode(mode: number): void;
  /** The person has answered. */
  answered(leg: Leg): void;
  /** It has ended unanswered; with nothing to say when another ring takes its place. */
  over(why?: unknown): void;
}

/** What a bell is made of. */
export interface BellParts {
  clock: Clock;
  /** Sends an INVITE to every contact; throws a `PhoneError` if there is none. */
  invite(headers: Headers): Leg[];
  events: BellEvents;
}

/** How to ring. */
export interface Ring {
  /** 1 and up. */
  mode: number;
  /** What the INVITE says besides. */
  headers: Headers;
  /** Gives it up. */
  signal: AbortSignal;
}

/** A ring that is under way. */
interface Ringing {
  readonly mode: number;
  readonly fork: Fork;
  /** Whether it is there only to have the handset lifted. */
  onlyToLift: boolean;
  /** Whether the phone has said that it rings. */
  heard: boolean;
  /** Fulfilled when it has been cancelled, if it is being. */
  cancelling?: Promise<void>;
}

/**
 * How long a phone may take to confirm the end of what is given up, milliseconds. A close waits for it and then for the phone itself, and
 * has 4 s for both.
 */
export const FAREWELL_MS = 1_500;

/** See the module. */
export class Bell {
  readonly #parts: BellParts;
  readonly #turns = new Turns();
  #ringing: Ringing | undefined;
  /** How often silence was asked for: a ring that was asked for before and has not begun does not begin any more. */
  #silences = 0;

  /** @param parts What it is made of. */
  constructor(parts: BellParts) {
    this.#parts = parts;
  }

  /** How it rings, 0 = not: what the phone has said, not what was asked. */
  get mode(): number {
    return this.#ringing?.heard ? this.#ringing.mode : 0;
  }

  /**
   * Rings; fulfilled when the phone has said that it does. Another mode ends the ring that is under way first.
   *
   * @throws {CallRefused} What the phone says against it.
   */
  async ring({ mode, headers, signal }: Ring): Promise<void> {
    const silences = this.#silences;
    const ringing = await this.#turns.run(async () => {
      await this.#untilStill(signal);
      if (this.#silences > silences) throw silenced();
      const now = this.#ringing;
      if (now?.mode === mode) {
        now.onlyToLift = false;
        return now;
      }
      if (now) await unlessAborted(this.#cancel(now), signal);
      if (this.#silences > silences) throw silenced();
      return this.#begin({ mode, headers, onlyToLift: false });
    }, signal);
    try {
      await unlessAborted(ringing.fork.ringing, signal);
      if (ringing.cancelling) throw silenced();
    } catch (error) {
      if (signal.aborted) await this.#giveUp(ringing, error);
      throw ringing.cancelling && !signal.aborted ? silenced() : error;
    }
  }

  /** Has a ring under way, whichever, unless there is no need for one any more when it could be begun. */
  async summon({ isNeeded, ...ring }: Ring & { isNeeded(): boolean }): Promise<void> {
    await this.#turns.run(async () => {
      await this.#untilStill(ring.signal);
      if (!this.#ringing && isNeeded()) this.#begin({ ...ring, onlyToLift: true });
    }, ring.signal);
  }

  /**
   * Ends the ring, if there is one; fulfilled when the phone has confirmed it.
   *
   * @throws {CallRefused} 408 or 503 if it does not.
   */
  async silence(signal: AbortSignal): Promise<void> {
    this.#silences++;
    const ringing = this.#ringing;
    if (ringing) await unlessAborted(this.#cancel(ringing, silenced()), signal);
  }

  /** As {@linkcode Bell.silence}, for a ring that is only there to have the handset lifted. */
  async dismiss(why: unknown): Promise<void> {
    if (this.#ringing?.onlyToLift) await this.#cancel(this.#ringing, why);
  }

  /** Ends what rings at contacts that are gone; the ring is over when none is left. */
  drop(isThere: (contact: string) => boolean, why: unknown): void {
    const ringing = this.#ringing;
    if (ringing && !ringing.fork.drop(isThere)) this.#over(ringing, why);
  }

  /** Ends whatever rings, confirmed or not: its phone is closed. */
  async end(why: unknown): Promise<void> {
    this.#silences++;
    if (this.#ringing) await this.#giveUp(this.#ringing, why);
  }

  #begin({ mode, headers, onlyToLift }: { mode: number; headers: Headers; onlyToLift: boolean }): Ringing {
    const ringing: Ringing = { mode, fork: new Fork(this.#parts.invite(headers)), onlyToLift, heard: false };
    this.#ringing = ringing;
    ringing.fork.ringing.then(() => this.#hear(ringing), () => {});
    ringing.fork.answered.then((leg) => this.#answer(ringing, leg), (error) => {
      if (!ringing.cancelling) this.#over(ringing, error);
    });
    return ringing;
  }

  #hear(ringing: Ringing): void {
    if (this.#ringing !== ringing || ringing.cancelling || ringing.fork.isAnswered) return;
    ringing.heard = true;
    this.#parts.events.ringMode(ringing.mode);
  }

  #answer(ringing: Ringing, leg: Leg): void {
    // It was answered and cancelled at once: the call is ended too, and the phone is as if it had not been answered.
    if (this.#ringing !== ringing || ringing.cancelling) return void leg.call.hangUp();
    this.#still(ringing);
    this.#parts.events.answered(leg);
  }

  #cancel(ringing: Ringing, why?: unknown): Promise<void> {
    ringing.cancelling ??= ringing.fork.cancel().then((ends) => {
      this.#over(ringing, why);
      requireConfirmed(ends);
    });
    ringing.cancelling.catch(() => {});
    return ringing.cancelling;
  }

  async #giveUp(ringing: Ringing, why: unknown): Promise<void> {
    if (this.#ringing !== ringing) return;
    await atMost(this.#cancel(ringing, why), { ms: FAREWELL_MS, clock: this.#parts.clock });
    this.#over(ringing, why);
  }

  #over(ringing: Ringing, why: unknown): void {
    if (this.#ringing !== ringing) return;
    this.#still(ringing);
    this.#parts.events.over(why);
  }

  #still({ heard }: Ringing): void {
    this.#ringing = undefined;
    if (heard) this.#parts.events.ringMode(0);
  }

  /** Waits for the end of a ring that is being cancelled. */
  async #untilStill(signal: AbortSignal): Promise<void> {
    const ended = this.#ringing?.cancelling?.catch(() => {});
    if (ended) await unlessAborted(ended, signal);
  }
}

/**
 * Sees to it that the phone itself has confirmed the ends of calls.
 *
 * @throws {CallRefused} 408 or 503 if it has not.
 */
export function requireConfirmed(ends: readonly CallEnd[]): void {
  const silent = ends.find(({ by }) => by === "network");
  if (silent) throw new CallRefused({ status: silent.status ?? 408, reason: silent.reason ?? "Request Timeout" });
}

function silenced(): PhoneError {
  return new PhoneError("OPERATIONFAILED", "The ring was ended by a later request before the phone had answered to it");
}
