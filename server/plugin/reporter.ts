/**
 * What a phone reports by itself: checked, paired, and dropped while nobody can or wants to hear it.
 *
 * @module
 */
import {
  BUTTON_MODES,
  type ButtonMode,
  type ButtonState,
  HOOKSWITCH_MODES,
  PHONE_STATES,
  type PhoneState,
} from "../core/contract/names.ts";
import { given } from "../tools/mod.ts";
import type { StateChange, Wanted } from "../core/contract/events.ts";
import type { FromPlugin } from "../wire/mod.ts";
import { faultIn } from "./settings.ts";

/** What a plugin's author cannot report as a state, and what to do instead (R90). */
const NOT_REPORTED: Partial<Record<PhoneState, string>> = {
  owner: "the server counts owners",
  monitors: "the server counts monitors",
  connected: "set phone.connected = true",
  disconnected: "set phone.connected = false",
};

/** A button that is down. */
interface Held {
  /** Whether that was reported. */
  told: boolean;
  /** When it went down, monotonic milliseconds. */
  since: number;
}

const NOTHING_WANTED: Wanted = Object.freeze({ states: [], buttonModes: [], buttonStates: [] });

/** Reports for one phone while it is open. */
export class Reporter {
  readonly #phone: string;
  readonly #send: (message: FromPlugin) => void;
  /** Buttons that are down. Kept while closed too: an `up` later belongs to it. */
  readonly #down = new Map<number, Held>();
  readonly #now: () => number;
  #open = false;
  #wanted = NOTHING_WANTED;

  /**
   * @param phone The id that the reports carry.
   * @param options.send Takes each report.
   * @param options.now Milliseconds that only rise.
   */
  constructor(
    phone: string,
    { send, now = () => performance.now() }: { send: (message: FromPlugin) => void; now?: () => number },
  ) {
    this.#phone = phone;
    this.#send = send;
    this.#now = now;
  }

  /** Whether reports are let through. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** What is wanted now. */
  get wanted(): Wanted {
    return this.#wanted;
  }

  /** Lets reports through from now on (R12), those that are wanted. */
  open(wanted: Wanted): void {
    this.#open = true;
    this.#wanted = wanted;
  }

  /** Lets nothing through any more (R57). */
  close(): void {
    this.#open = false;
    this.#wanted = NOTHING_WANTED;
    for (const held of this.#down.values()) held.told = false;
  }

  /** See `Phone.state`. */
  state(reported: PhoneState | readonly PhoneState[], detail?: number | string): void {
    const states = typeof reported === "string" ? [reported] : reported;
    for (const state of states) {
      if (!PHONE_STATES.includes(state)) {
        throw new TypeError(`Cannot report state ${state}: it must be one of ${PHONE_STATES.join(" ")}`);
      }
      const instead = NOT_REPORTED[state];
      if (instead) throw new TypeError(`Cannot report state ${state}: ${instead}`);
    }
    const single = states.length === 1 ? states[0] : undefined;
    const checked = single && detailOf(single, detail);
    const values = single && saysValue(single) ? { [single]: checked } : undefined;
    this.tell({ states: [...states], ...given({ detail: checked, values }) });
  }

  /** Tells a change, as far as it is wanted; values that cannot be, as a getter may give them, are left out. */
  tell({ states, detail, values }: StateChange): void {
    if (!this.#open) return;
    // `reinit` cannot be masked (R82).
    const wanted = states.filter((state) => state === "reinit" || this.#wanted.states.includes(state));
    if (wanted.length === 0) return;
    this.#send({
      type: "state",
      phone: this.#phone,
      states: wanted,
      ...given({ detail, values: values && faultIn(values) === undefined ? values : undefined }),
    });
  }

  /** See `Phone.button`. */
  button(button: number, { mode, state }: { mode: ButtonMode; state: "down" | "up" }): void {
    if (!Number.isInteger(button) || button < 0) {
      throw new TypeError(`Cannot report button ${button}: it must be the number of a button`);
    }
    if (!BUTTON_MODES.includes(mode)) {
      throw new TypeError(
        `Cannot report button ${button} of mode ${mode}: it must be one of ${BUTTON_MODES.join(" ")}`,
      );
    }
    const held = this.#down.get(button);
    if (state === "down") {
      if (held?.told) this.#sendButton(button, { mode, state: "up" });
      this.#sendButton(button, { mode, state: "down" });
      this.#down.set(button, { told: this.#open, since: this.#now() });
    } else if (state === "up") {
      this.#down.delete(button);
      // It went down while the phone was closed: nobody was told, so nobody is told that it is up again.
      if (held?.told === false) return;
      if (!held) this.#sendButton(button, { mode, state: "down" });
      this.#sendButton(button, {
        mode,
        state: "up",
        ...held && { heldMs: Math.round(this.#now() - held.since) },
      });
    } else {
      throw new TypeError(`Cannot report button ${button} as ${state}: it must be down or up`);
    }
  }

  /** See `Phone.devSpecific`. Everybody hears it (Q33). */
  devSpecific(params: Uint8Array): void {
    if (this.#open) this.#send({ type: "devSpecific", phone: this.#phone, params: params.toBase64() });
  }

  #sendButton(button: number, change: { mode: ButtonMode; state: ButtonState; heldMs?: number }): void {
    const { buttonModes, buttonStates } = this.#wanted;
    const wanted = this.#open && buttonModes.includes(change.mode) && buttonStates.includes(change.state);
    if (wanted) this.#send({ type: "button", phone: this.#phone, button, ...change });
  }
}

/** Whether the detail of a state is the new value (R89). */
export function saysValue(state: PhoneState): boolean {
  return state === "ringMode" || state.endsWith("HookSwitch");
}

/** The detail that goes with a single state (R89, contract 5.3); other states have none. */
function detailOf(state: PhoneState, detail: number | string | undefined): number | string | undefined {
  if (state === "lamp" || state === "ringMode") {
    if (Number.isInteger(detail)) return detail;
    throw new TypeError(
      `Cannot report state ${state} with ${detail}: it needs the number of the ${
        state === "lamp" ? "lamp" : "new mode"
      }`,
    );
  }
  if (state.endsWith("HookSwitch")) {
    if (HOOKSWITCH_MODES.some((mode) => mode === detail)) return detail;
    throw new TypeError(
      `Cannot report state ${state} with ${detail}: it needs the new mode, one of ${HOOKSWITCH_MODES.join(" ")}`,
    );
  }
  return undefined;
}
