/**
 * What the handles of a phone want to hear (phoneSetStatusMessages, contract 5.2).
 *
 * @module
 */
import { ask } from "./ask.ts";
import { checkNames } from "./check_parameters.ts";
import { PhoneError } from "./contract/errors.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES } from "./contract/names.ts";
import type { Exchange, Handle, Listeners, Phone } from "./exchange.ts";
import type { Wanted } from "./ports.ts";

/** What a new handle wants: nothing (Q24). */
export const NOTHING: Wanted = { states: [], buttonModes: [], buttonStates: [] };

const PARTS = ["states", "buttonModes", "buttonStates"] as const satisfies (keyof Wanted)[];

/** The listeners of a phone that nobody holds. */
export function noListeners(): Listeners {
  return { states: new Map(), buttonModes: new Map(), buttonStates: new Map() };
}

/** The union of what the open handles of a phone want: what the plugin is told (R83). */
export function wantedBy({ listeners }: Phone): Wanted {
  return {
    states: [...listeners.states.keys()],
    buttonModes: [...listeners.buttonModes.keys()],
    buttonStates: [...listeners.buttonStates.keys()],
  } as Wanted;
}

/** From here on the handle hears nothing: it is closed. */
export function stopListening(handle: Handle): void {
  for (const part of PARTS) {
    const listeners = handle.phone.listeners[part];
    for (const name of handle.wanted[part]) {
      const wanting = listeners.get(name);
      wanting?.delete(handle);
      if (wanting?.size === 0) listeners.delete(name);
    }
  }
}

function listen(handle: Handle, wanted: Wanted): void {
  stopListening(handle);
  handle.wanted = wanted;
  for (const part of PARTS) {
    const listeners = handle.phone.listeners[part];
    for (const name of wanted[part]) {
      const wanting = listeners.get(name);
      if (wanting) wanting.add(handle);
      else listeners.set(name, new Set([handle]));
    }
  }
}

/**
 * Sets the three masks of a handle.
 *
 * @throws {PhoneError} `INVALPARAM`, `INVALBUTTONMODE` or `INVALBUTTONSTATE` for what the contract does not know (R86); the plugin's own refusal, and the
 * old masks stay (Q39).
 */
export async function setStatusMessages(
  exchange: Exchange,
  handle: Handle,
  masks: { states: string[]; buttonModes: string[]; buttonStates: string[] },
): Promise<Wanted> {
  if (handle.closed) throw new PhoneError("INVALPHONEHANDLE");
  const wanted: Wanted = {
    states: checkNames(masks.states, { known: PHONE_STATES, error: "INVALPARAM", place: "states" }),
    buttonModes: checkNames(masks.buttonModes, {
      known: BUTTON_MODES,
      error: "INVALBUTTONMODE",
      place: "buttonModes",
    }),
    buttonStates: checkNames(masks.buttonStates, {
      known: BUTTON_STATES,
      error: "INVALBUTTONSTATE",
      place: "buttonStates",
    }),
  };
  if (wanted.buttonModes.length > 0 && wanted.buttonStates.length === 0) {
    throw new PhoneError("INVALBUTTONSTATE", "buttonStates is empty, but buttonModes is not: name at least one state");
  }
  const before = handle.wanted;
  listen(handle, wanted);
  try {
    await ask(exchange, handle.phone, (process) => process.want(handle.phone.localId, wantedBy(handle.phone)));
  } catch (error) {
    if (handle.wanted === wanted && !handle.closed) listen(handle, before);
    throw error;
  }
  return wanted;
}

/** Tells the plugin the union again if a handle that has left was the last to want something (R83). */
export function wantLess(phone: Phone, left: Handle): void {
  if (PARTS.every((part) => left.wanted[part].every((name) => phone.listeners[part].has(name)))) return;
  // A plugin that cannot be told goes on sending more than is wanted, and each handle's own masks filter it.
  phone.plugin.process?.want(phone.localId, wantedBy(phone)).catch(() => {});
}
