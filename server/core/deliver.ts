/**
 * Who hears what: the way from a plugin's event to the queues of applications (contract 5.2).
 *
 * @module
 */
import type { EventBody } from "./contract/events.ts";
import type { ButtonMode, ButtonState, PhoneState } from "./contract/names.ts";
import { type Application, type Exchange, type Handle, type Phone, timestamp } from "./exchange.ts";

/** Appends an event to one application's queue. */
export function tell(exchange: Exchange, application: Application, event: EventBody): void {
  if (!application.ended) application.events.push(event, timestamp(exchange.clock.wall()));
}

/** Appends an event to the queue of every application that may see the phone: PHONE_CREATE, PHONE_REMOVE, and PHONE_STATE that concerns them all. */
export function tellEverybody(exchange: Exchange, event: Extract<EventBody, { phone: string }>): void {
  for (const application of exchange.applications.values()) {
    if (application.sees(event.phone)) tell(exchange, application, event);
  }
}

/**
 * Tells each open handle which of the changed states it asked for (R84, Q32).
 *
 * @param options.detail Goes with a single state only (R89).
 * @param options.except A handle that is not told: OWNER and MONITORS go to those that already hold one (R91).
 */
export function tellState(
  exchange: Exchange,
  phone: Phone,
  change: { states: PhoneState[]; detail?: number | string; except?: Handle },
): void {
  const detail = change.states.length === 1 && change.detail !== undefined ? { detail: change.detail } : {};
  for (const handle of phone.handles) {
    if (handle === change.except) continue;
    const states = change.states.filter((state) => handle.wanted.states.includes(state));
    if (states.length === 0) continue;
    tell(exchange, handle.application, {
      type: "PHONE_STATE",
      handle: handle.id,
      phone: phone.id,
      states,
      ...detail,
    });
  }
}

/** Tells each open handle that wants both the mode and the state of the button (R87). */
export function tellButton(
  exchange: Exchange,
  phone: Phone,
  change: { button: number; mode: ButtonMode; state: ButtonState },
): void {
  for (const handle of phone.handles) {
    const { buttonModes, buttonStates } = handle.wanted;
    if (!buttonModes.includes(change.mode) || !buttonStates.includes(change.state)) continue;
    tell(exchange, handle.application, { type: "PHONE_BUTTON", handle: handle.id, phone: phone.id, ...change });
  }
}

/** Tells the handles that already hold the phone how many owners or monitors it has now (R91). */
export function tellCount(exchange: Exchange, phone: Phone, changed: Handle): void {
  const kind = changed.privilege === "owner" ? "owner" : "monitors";
  const detail = count(phone, changed.privilege);
  tellState(exchange, phone, { states: [kind], detail, except: changed });
}

/** How many handles of a privilege a phone has; an owner is not also a monitor (Q36). */
export function count(phone: Phone, privilege: Handle["privilege"]): number {
  let handles = 0;
  for (const handle of phone.handles) if (handle.privilege === privilege) handles++;
  return handles;
}

/** The handle that owns a phone. */
export function ownerOf(phone: Phone): Handle | undefined {
  for (const handle of phone.handles) if (handle.privilege === "owner") return handle;
  return undefined;
}
