/**
 * What the handles of a phone want to hear (phoneSetStatusMessages, contract 5.2).
 *
 * @module
 */
import { ask } from "./ask.ts";
import { checkNames } from "./check_parameters.ts";
import { PhoneError } from "./contract/errors.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES } from "./contract/names.ts";
import type { Exchange, Handle, Phone } from "./exchange.ts";
import type { Wanted } from "./ports.ts";

/** What a new handle wants: nothing (Q24). */
export const NOTHING: Wanted = { states: [], buttonModes: [], buttonStates: [] };

/** The union of what the open handles of a phone want: what the plugin is told (R83). */
export function wantedBy(phone: Phone): Wanted {
  const union = (part: (wanted: Wanted) => string[]) => [
    ...new Set([...phone.handles].flatMap((handle) => part(handle.wanted))),
  ];
  return {
    states: union((wanted) => wanted.states),
    buttonModes: union((wanted) => wanted.buttonModes),
    buttonStates: union((wanted) => wanted.buttonStates),
  } as Wanted;
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
  handle.wanted = wanted;
  try {
    await ask(exchange, handle.phone, (process) => process.want(handle.phone.localId, wantedBy(handle.phone)));
  } catch (error) {
    if (handle.wanted === wanted) handle.wanted = before;
    throw error;
  }
  return wanted;
}

/** Tells the plugin the union again: a handle with wishes of its own has left (R83). */
export function wantLess(phone: Phone, left: Handle): void {
  if (left.wanted.states.length === 0 && left.wanted.buttonModes.length === 0) return;
  // A plugin that cannot be told goes on sending more than is wanted, and each handle's own masks filter it.
  phone.plugin.process?.want(phone.localId, wantedBy(phone)).catch(() => {});
}
