/**
 * Who hears what: the way from a plugin's event to the queues of applications (contract 5.2).
 *
 * @module
 */
import type { ButtonChange, EventBody, StateChange } from "./contract/events.ts";
import type { PhoneState } from "./contract/names.ts";
import type { Application, Exchange, Handle, Phone } from "./exchange.ts";
import { timestamp } from "./record.ts";

/** Appends an event to one application's queue. */
export function tell(application: Application, event: EventBody): void {
  if (!application.ended) application.events.push(event, timestamp(application.exchange.clock.wall()));
}

/**
 * Appends an event to the queue of every application that may see the phone: PHONE_CREATE, PHONE_REMOVE, and
 * PHONE_STATE that concerns them all.
 */
export function tellEverybody(exchange: Exchange, event: Extract<EventBody, { phone: string }>): void {
  for (const application of exchange.applications.values()) {
    if (application.sees(event.phone)) tell(application, event);
  }
}

/**
 * Tells each open handle which of the changed states it asked for (R84, Q32).
 *
 * @param options.detail Goes with a single state only (R89).
 * @param options.values Each goes with its state (R105).
 * @param options.except A handle that is not told: OWNER and MONITORS go to those that already hold one (R91).
 * @returns How many were told.
 */
export function tellState(
  phone: Phone,
  change: StateChange & { except?: Handle },
): number {
  const detail = change.states.length === 1 && change.detail !== undefined ? { detail: change.detail } : {};
  const listeners = new Set(change.states.flatMap((state) => [...phone.listeners.states.get(state) ?? []]));
  if (change.except) listeners.delete(change.except);
  for (const handle of listeners) {
    const states = change.states.filter((state) => handle.masks.states.includes(state));
    tell(handle.application, {
      type: "PHONE_STATE",
      handle: handle.id,
      phone: phone.id,
      states,
      ...detail,
      ...valuesOf(change, states),
    });
  }
  return listeners.size;
}

/** The values that go with the states that a handle is told of. */
function valuesOf({ values = {} }: StateChange, states: PhoneState[]): Pick<StateChange, "values"> {
  const told = Object.entries(values).filter(([state]) => states.some((each) => each === state));
  return told.length > 0 ? { values: Object.fromEntries(told) } : {};
}

/** Tells each open handle that wants both the mode and the state of the button (R87). Gives how many were told. */
export function tellButton(
  phone: Phone,
  change: ButtonChange,
): number {
  let told = 0;
  for (const handle of phone.listeners.buttonModes.get(change.mode) ?? []) {
    if (!handle.masks.buttonStates.includes(change.state)) continue;
    tell(handle.application, { type: "PHONE_BUTTON", handle: handle.id, phone: phone.id, ...change });
    told++;
  }
  return told;
}

/** Tells each open handle a vendor's message: nobody can mask it. Gives how many were told. */
export function tellDevSpecific(phone: Phone, params: string): number {
  for (const handle of phone.handles) {
    tell(handle.application, { type: "PHONE_DEVSPECIFIC", handle: handle.id, phone: phone.id, params });
  }
  return phone.handles.size;
}

/** Tells the handles that already hold the phone how many owners or monitors it has now (R91). */
export function tellCount(changed: Handle): void {
  const { phone } = changed;
  const [kind, detail] = changed.privilege === "owner"
    ? ["owner" as const, owners(phone)]
    : ["monitors" as const, monitors(phone)];
  tellState(phone, { states: [kind], detail, except: changed });
}

/** How many owners a phone has: one or none. */
export function owners(phone: Phone): number {
  return phone.owner ? 1 : 0;
}

/** How many monitors a phone has; an owner is not also a monitor (Q36). */
export function monitors(phone: Phone): number {
  return phone.handles.size - owners(phone);
}
