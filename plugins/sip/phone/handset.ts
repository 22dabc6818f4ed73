/**
 * The handset of a phone: it is up while a call is answered, whoever has begun it.
 *
 * @module
 */
import type { Call, CallEnd } from "../lib/call/mod.ts";

/** What happens at a handset. */
export interface HandsetEvents {
  /** It was lifted or put down, by whomever. */
  hook(mode: "onHook" | "micSpeaker"): void;
  /** A digit was pressed in a call: 0-9, *, #, A-D. */
  digit(digit: string): void;
}

export class Handset {
  readonly #events: HandsetEvents;
  /** Each call, and whether it is answered. */
  readonly #calls = new Map<Call, { up: boolean }>();

  /** @param events Hears what happens. */
  constructor(events: HandsetEvents) {
    this.#events = events;
  }

  /** Whether it is off hook. */
  get isUp(): boolean {
    return this.call !== undefined;
  }

  /** Whether there is a call, also one that the phone is about to make. */
  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  /** The answered call; the newest if the phone has several. */
  get call(): Call | undefined {
    return [...this.#calls].findLast(([, { up }]) => up)?.[0];
  }

  /** Takes over a call of ours that was answered. */
  answered(call: Call): void {
    this.#hold(call);
    this.#lift(call);
  }

  /** Takes over a call that the phone makes: the handset is up when the phone has confirmed that it is answered. */
  dialled(call: Call): void {
    this.#hold(call);
    call.answered.then(() => this.#lift(call), () => {});
  }

  /** Ends every call; tells how they ended. */
  async hangUp(): Promise<CallEnd[]> {
    const calls = [...this.#calls.keys()];
    const ends = await Promise.all(calls.map((call) => call.hangUp()));
    for (const call of calls) this.#putDown(call);
    return ends;
  }

  /** Ends every call, without waiting for what the phone says: it cannot be reached. */
  drop(): void {
    for (const call of [...this.#calls.keys()]) {
      void call.hangUp();
      this.#putDown(call);
    }
  }

  #hold(call: Call): void {
    this.#calls.set(call, { up: false });
    call.onDigit = (digit) => {
      if (this.#calls.has(call)) this.#events.digit(digit);
    };
    void call.ended.then(() => this.#putDown(call));
  }

  #lift(call: Call): void {
    const held = this.#calls.get(call);
    if (!held) return;
    const wasUp = this.isUp;
    held.up = true;
    if (!wasUp) this.#events.hook("micSpeaker");
  }

  #putDown(call: Call): void {
    const wasUp = this.isUp;
    this.#calls.delete(call);
    if (wasUp && !this.isUp) this.#events.hook("onHook");
  }
}
