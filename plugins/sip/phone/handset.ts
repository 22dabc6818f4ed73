/**
 * The handset of a phone: it is up while a call is answered, whoever has begun it.
 *
 * @module
 */
import type { Call } from "../lib/call/mod.ts";
import type { Refusal } from "../lib/dialog/mod.ts";
import type { Clock } from "../lib/tools/mod.ts";
import type { Leg } from "./alerting.ts";
import { endAgain } from "./first_of.ts";

/** What happens at a handset. */
export interface HandsetEvents {
  /** It was lifted or put down, by whomever. */
  hook(mode: "onHook" | "micSpeaker"): void;
  /** A digit was pressed in a call: 0-9, *, #, A-D. */
  digit(digit: string): void;
}

/** What is known of a call. */
interface Held {
  /** Where it is, by the id of its binding; nothing if it came from elsewhere. */
  readonly contact: string | undefined;
  /** Whether it is answered. */
  up: boolean;
}

/** Calls that a phone is asked again to end; one that never confirms an end must not make them ever more. */
const MOST_DOUBTS = 8;

export class Handset {
  readonly #clock: Clock;
  readonly #events: HandsetEvents;
  readonly #calls = new Map<Call, Held>();
  /** Calls that are over, but of whose end their contact has not said a word: its handset may be up. */
  readonly #doubts = new Map<Call, Held>();

  /** @param events Hears what happens. */
  constructor(clock: Clock, events: HandsetEvents) {
    this.#clock = clock;
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
  answered({ call, contact }: Leg): void {
    this.#hold(call, contact);
    this.#lift(call);
  }

  /** Takes over a call that the phone makes: the handset is up when the phone has confirmed that it is answered. */
  dialled(call: Call, contact: string | undefined): void {
    this.#hold(call, contact);
    call.answered.then(() => this.#lift(call), () => {});
  }

  /** Ends every call, those again that have ended in doubt; tells what the phone has not confirmed. */
  async hangUp(): Promise<Refusal[]> {
    const doubts = [...this.#doubts.keys()].map((call) => this.#endAgain(call));
    const calls = [...this.#calls.keys()].map(async (call) => {
      const { unconfirmed } = await call.hangUp();
      this.#putDown(call);
      return unconfirmed;
    });
    const unconfirmed = await Promise.all([...doubts, ...calls]);
    return unconfirmed.filter((refusal) => refusal !== undefined);
  }

  /** Lets go of the calls whose end the phone has not confirmed yet: whoever hangs up later asks it again. */
  letGo(): void {
    for (const [call, held] of [...this.#calls]) {
      this.#doubt(call, held);
      this.#putDown(call);
    }
  }

  /** Forgets what contacts have not confirmed that are gone. */
  forget(isThere: (contact: string) => boolean): void {
    for (const [call, { contact }] of [...this.#doubts]) {
      if (contact === undefined || !isThere(contact)) this.#doubts.delete(call);
    }
  }

  /** Ends every call, without waiting for what the phone says: it cannot be reached. */
  drop(): void {
    this.#doubts.clear();
    for (const call of [...this.#calls.keys()]) {
      void call.hangUp();
      this.#putDown(call);
    }
  }

  #hold(call: Call, contact: string | undefined): void {
    const held = { contact, up: false };
    this.#calls.set(call, held);
    call.onDigit = (digit) => {
      if (this.#calls.has(call)) this.#events.digit(digit);
    };
    void call.ended.then(({ unconfirmed }) => {
      if (!unconfirmed) this.#doubts.delete(call);
      else if (this.#calls.has(call)) this.#doubt(call, held);
      this.#putDown(call);
    });
  }

  #doubt(call: Call, held: Held): void {
    this.#doubts.set(call, held);
    const [oldest] = this.#doubts.keys();
    if (oldest && this.#doubts.size > MOST_DOUBTS) this.#doubts.delete(oldest);
  }

  async #endAgain(call: Call): Promise<Refusal | undefined> {
    const unconfirmed = await endAgain(call, this.#clock);
    if (!unconfirmed) this.#doubts.delete(call);
    return unconfirmed;
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
