/**
 * What the handles of a phone are to hear: their masks (phoneSetStatusMessages, contract 5.2).
 *
 * @module
 */
import { checkNames } from "./check_parameters.ts";
import { PhoneError } from "./contract/errors.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES } from "./contract/names.ts";
import type { Masks, Wanted } from "./contract/events.ts";
import type { MaskNames } from "./core.ts";
import type { Handle, Listeners, Phone } from "./exchange.ts";
import { requireOpen } from "./lookup.ts";
import { query } from "./query.ts";

/** The masks of a new handle: nothing (Q24). */
export const NOTHING: Masks = { states: [], buttonModes: [], buttonStates: [] };

const PARTS = ["states", "buttonModes", "buttonStates"] as const satisfies (keyof Masks)[];

/** The listeners of a phone that nobody holds. */
export function noListeners(): Listeners {
  return { states: new Map(), buttonModes: new Map(), buttonStates: new Map() };
}

/** The union of the masks of a phone's handles, and of what is recorded of it: what the plugin is told (R83). */
export function wantedOf(phone: Phone): Wanted {
  const { listeners, plugin: { exchange: { activity } } } = phone;
  const recorded = activity.wanted(phone);
  const union = <Part extends keyof Masks>(part: Part) => [...new Set([...listeners[part].keys(), ...recorded[part]])];
  return {
    states: union("states"),
    buttonModes: union("buttonModes"),
    buttonStates: union("buttonStates"),
  } as Wanted;
}

/** From here on the handle hears nothing: it is closed. */
export function stopListening(handle: Handle): void {
  for (const part of PARTS) {
    const listeners = handle.phone.listeners[part];
    for (const name of handle.masks[part]) {
      const wanting = listeners.get(name);
      wanting?.delete(handle);
      if (wanting?.size === 0) listeners.delete(name);
    }
  }
}

function listen(handle: Handle, masks: Masks): void {
  stopListening(handle);
  handle.masks = masks;
  for (const part of PARTS) {
    const listeners = handle.phone.listeners[part];
    for (const name of masks[part]) {
      const wanting = listeners.get(name);
      if (wanting) wanting.add(handle);
      else listeners.set(name, new Set([handle]));
    }
  }
}

/**
 * Sets the three masks of a handle.
 *
 * @throws {PhoneError} `INVALPARAM`, `INVALBUTTONMODE` or `INVALBUTTONSTATE` for what the contract does not know (R86);
 * the plugin's own refusal, and the old masks stay (Q39).
 */
export async function setStatusMessages(handle: Handle, names: MaskNames): Promise<Masks> {
  requireOpen(handle);
  const masks: Masks = {
    states: checkNames(names.states, { known: PHONE_STATES, error: "INVALPARAM", place: "states" }),
    buttonModes: checkNames(names.buttonModes, {
      known: BUTTON_MODES,
      error: "INVALBUTTONMODE",
      place: "buttonModes",
    }),
    buttonStates: checkNames(names.buttonStates, {
      known: BUTTON_STATES,
      error: "INVALBUTTONSTATE",
      place: "buttonStates",
    }),
  };
  if (masks.buttonModes.length > 0 && masks.buttonStates.length === 0) {
    throw new PhoneError("INVALBUTTONSTATE", "buttonStates is empty, but buttonModes is not: name at least one state");
  }
  const { phone, masks: before } = handle;
  listen(handle, masks);
  try {
    await query(phone, (process) => process.want(phone.localId, wantedOf(phone)));
  } catch (error) {
    if (handle.masks === masks && !handle.closed) listen(handle, before);
    throw error;
  }
  return masks;
}

/** Tells the plugin the union again if a handle that has left was the last to name something (R83). */
export function wantLess({ phone, masks }: Handle): void {
  if (PARTS.every((part) => masks[part].every((name) => phone.listeners[part].has(name)))) return;
  // A plugin that cannot be told goes on sending more than is wanted, and each handle's own masks filter it.
  phone.plugin.process?.want(phone.localId, wantedOf(phone)).catch(() => {});
}
