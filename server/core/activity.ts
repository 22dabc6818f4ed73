/**
 * What phones report of themselves, as facts of the history, for those phones that the operator has chosen: that
 * something happened and how often. Which key was pressed is left out unless he wants that, too, for a PIN is typed on
 * keys; what a display shows is never told.
 *
 * @module
 */
import type { ButtonChange, StateChange, Wanted } from "./contract/events.ts";
import { BUTTON_MODES, BUTTON_STATES, HOOKSWITCH_DEVICES, PHONE_STATES, type PhoneState } from "./contract/names.ts";
import type { Clock, History } from "./ports.ts";

/** What of a phone's activity is recorded. */
export interface RecordedActivity {
  /** How often buttons went down and up. */
  readonly buttons: boolean;
  /** Which buttons these were. */
  readonly whichButtons: boolean;
  /** What went on hook and off. */
  readonly hookSwitches: boolean;
  /** Which states changed, and how often. */
  readonly states: boolean;
}

/** Says what is recorded of a phone; undefined for nothing. */
export type ActivityOf = (phone: string) => RecordedActivity | undefined;

/** What is known of a phone here. */
interface ActivePhone {
  readonly id: string;
  readonly plugin: { readonly name: string };
}

/** Records what phones report. */
export interface ActivityLog {
  /** What a plugin is to report of a phone for this, whoever else wants to hear it. */
  wanted(phone: ActivePhone): Wanted;
  /** A button went down or up. */
  button(phone: ActivePhone, change: ButtonChange): void;
  /** Something about the phone changed. */
  state(phone: ActivePhone, change: StateChange): void;
  /** Tells what has been counted so far, at once: the server stops. */
  flush(): void;
}

/** What one phone has reported since its last row. */
interface Counted {
  readonly phone: ActivePhone;
  buttons: number;
  readonly keys: string[];
  /** The newest mode of each device. */
  readonly hookSwitches: Map<string, string>;
  readonly states: Map<PhoneState, number>;
  readonly cancel: () => void;
}

const ROW_MS = 1_000;

/** Keys that one row names. */
const MOST_KEYS = 32;

const HOOK_SWITCHES: readonly PhoneState[] = HOOKSWITCH_DEVICES.map((device) => `${device}HookSwitch` as const);
const NOTHING: Wanted = { states: [], buttonModes: [], buttonStates: [] };

/** Begins to record: a row for each phone, a second after the first of what it tells. */
export function activityLog(
  { clock, history, activityOf }: { clock: Clock; history: History; activityOf: ActivityOf },
): ActivityLog {
  const counting = new Map<string, Counted>();
  const tell = ({ phone, buttons, keys, hookSwitches, states, cancel }: Counted) => {
    cancel();
    counting.delete(phone.id);
    const words = (of: Map<string, string | number>) => [...of].map(([name, value]) => `${name}=${value}`);
    history.note({
      type: "phoneActivity",
      plugin: phone.plugin.name,
      phone: phone.id,
      detail: {
        ...(buttons > 0 && { buttons }),
        ...(keys.length > 0 && { keys }),
        ...(hookSwitches.size > 0 && { hookSwitches: words(hookSwitches) }),
        ...(states.size > 0 && { states: words(states) }),
      },
    }, { optional: true });
  };
  const countedOf = (phone: ActivePhone): Counted => {
    const known = counting.get(phone.id);
    if (known) return known;
    const counted: Counted = {
      phone,
      buttons: 0,
      keys: [],
      hookSwitches: new Map(),
      states: new Map(),
      cancel: clock.after(ROW_MS, () => tell(counted)),
    };
    counting.set(phone.id, counted);
    return counted;
  };
  return {
    wanted({ id }) {
      const recorded = activityOf(id);
      if (recorded === undefined) return NOTHING;
      const { buttons, hookSwitches, states } = recorded;
      return {
        states: states ? PHONE_STATES : hookSwitches ? HOOK_SWITCHES : [],
        buttonModes: buttons ? BUTTON_MODES : [],
        buttonStates: buttons ? BUTTON_STATES : [],
      };
    },
    button(phone, { button, state }) {
      const recorded = activityOf(phone.id);
      if (!recorded?.buttons) return;
      const counted = countedOf(phone);
      counted.buttons++;
      if (recorded.whichButtons && counted.keys.length < MOST_KEYS) counted.keys.push(`${button} ${state}`);
    },
    state(phone, { states, values = {} }) {
      const recorded = activityOf(phone.id);
      if (recorded === undefined) return;
      for (const state of states) {
        if (recorded.states) {
          const counts = countedOf(phone).states;
          counts.set(state, (counts.get(state) ?? 0) + 1);
        }
        if (recorded.hookSwitches && HOOK_SWITCHES.includes(state)) {
          const mode = values[state as keyof typeof values];
          countedOf(phone).hookSwitches.set(state, typeof mode === "string" ? mode : "unknown");
        }
      }
    },
    flush() {
      for (const counted of [...counting.values()]) tell(counted);
    },
  };
}
