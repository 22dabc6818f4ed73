/**
 * The directory of phones: names, device ids, what anybody is shown (contract 1.4).
 *
 * @module
 */
import type { PhoneCapabilities } from "./contract/capabilities.ts";
import { PhoneError } from "./contract/errors.ts";
import { keysOf } from "./contract/keys.ts";
import type { ButtonFunction, ButtonMode, PhoneState } from "./contract/names.ts";
import type { OfferedPhone } from "./contract/offered_phone.ts";
import type { PhoneView } from "./contract/phone.ts";
import { quoted } from "./contract/quoted.ts";
import type { Sees } from "./core.ts";
import { monitors, tellEverybody, tellState } from "./deliver.ts";
import type { Exchange, Phone, Plugin, RemovedPhone } from "./exchange.ts";
import { noListeners } from "./masks.ts";
import { SlotMap } from "./slot_map.ts";

/** States of every phone, whatever its plugin says (R93). Those that a plugin reports are not told as such (R90, R82). */
export const CORE_STATES: PhoneState[] = ["owner", "monitors", "reinit"];

/**
 * The phone of a name or a device id.
 *
 * @throws {PhoneError} `BADDEVICEID` for one that never was or may not be seen, `NODEVICE` for one that was removed
 * (R21).
 */
export function findPhone(exchange: Exchange, name: string, { sees }: { sees: Sees }): Phone {
  const found = /^\d{1,10}$/.test(name) ? exchange.devices[Number(name)] : exchange.phones.get(name);
  const phone = found && sees(found.id) ? found : undefined;
  if (phone?.removed) throw new PhoneError("NODEVICE", `${phone.id} has been removed`);
  if (phone?.deviceId === undefined) {
    throw new PhoneError(
      "BADDEVICEID",
      `No phone has the name or device id ${quoted(name)}: phones are named PLUGIN:ID`,
    );
  }
  return phone;
}

/**
 * How many phones a plugin may have, and how many bytes their names and capabilities may come to: everybody who asks
 * for the phones is sent them all.
 */
const MOST_PHONES = 10_000;
const MOST_PHONE_BYTES = 33_554_432;

/** The phones that are there, in the order of their device ids. */
export function presentPhones(exchange: Exchange): Phone[] {
  return exchange.devices.flatMap((phone) => "session" in phone && !phone.removed ? [phone] : []);
}

/** Forgets a phone that has been closed for good, but for its name and device id. */
export function leaveRemains({ id, localId, deviceId, plugin, bytes }: Phone): void {
  const { exchange } = plugin;
  const remains: RemovedPhone = { id, removed: true };
  plugin.phones.delete(localId);
  plugin.phoneBytes -= bytes;
  exchange.phones.set(id, remains);
  if (deviceId !== undefined) exchange.devices[deviceId] = remains;
}

/** A phone as anybody is shown it. */
export function viewOf(phone: Phone): PhoneView {
  const { deviceId } = phone;
  if (deviceId === undefined) {
    throw new Error(`Cannot show ${phone.id}: it has no device id before the plugins have settled`);
  }
  return {
    phone: phone.id,
    deviceId,
    name: phone.name,
    plugin: phone.plugin.name,
    connected: phone.connected,
    suspended: phone.suspended,
    capabilities: {
      ...phone.capabilities,
      states: [...new Set([...phone.capabilities.states, ...CORE_STATES])],
    },
    owner: phone.owner?.application.name ?? null,
    monitors: monitors(phone),
  };
}

/**
 * Takes in a phone that a plugin offers: a new one, or one that an earlier process offered and this one takes up again
 * under the same ids.
 *
 * @throws {PhoneError} `ALLOCATED` if the running plugin offers that id already, or is still removing it; `NOMEM` if it
 * is more than a plugin may have, what earlier processes offered and nobody removed counted.
 */
export function takeIn(plugin: Plugin, offered: OfferedPhone): Promise<void> {
  const { exchange } = plugin;
  const id = `${plugin.name}:${offered.id}`;
  const known = plugin.phones.get(offered.id);
  if (known) {
    if (known.removed) throw new PhoneError("ALLOCATED", `${id} is still being removed: add it again after that`);
    if (known.offered) throw new PhoneError("ALLOCATED", `${id} is offered already: a phone is added once`);
  }
  const bytes = takeRoom(plugin, { known, offered });
  if (known) {
    known.bytes = bytes;
    known.name = offered.name;
    known.capabilities = offered.capabilities;
    known.methods = new Set(offered.methods);
    known.offered = true;
    known.linked = offered.connected;
    // Until its start has ended it cannot be opened, so nobody is told that it is there again (R24).
    return plugin.ready
      ? setConnected(known, { connected: offered.connected, tellThem: tellEverybodyState })
      : Promise.resolve();
  }
  const phone: Phone = {
    id,
    localId: offered.id,
    plugin,
    deviceId: undefined,
    name: offered.name,
    capabilities: offered.capabilities,
    bytes,
    methods: new Set(offered.methods),
    offered: true,
    connected: offered.connected,
    linked: offered.connected,
    suspended: false,
    removed: false,
    session: { state: "closed" },
    handles: new Set(),
    owner: undefined,
    listeners: noListeners(),
    outstanding: new SlotMap(),
  };
  exchange.phones.set(id, phone);
  plugin.phones.set(offered.id, phone);
  const row = exchange.history.note({
    type: "phoneAdded",
    plugin: plugin.name,
    phone: id,
    detail: { name: offered.name },
  });
  if (exchange.settled) {
    tellEverybody(exchange, { type: "PHONE_CREATE", phone: id, deviceId: giveDeviceId(phone) });
  }
  return row;
}

/**
 * Takes what a plugin says of a phone's capabilities now. Who holds the phone is told by the plugin: `capsChange`.
 *
 * @throws {PhoneError} `NOMEM` if there is no room for it; then nothing has changed.
 */
export function changeCapabilities(phone: Phone, capabilities: PhoneCapabilities): void {
  const { id, name, plugin, capabilities: before } = phone;
  const parts = keysOf(capabilities).filter((part) =>
    JSON.stringify(capabilities[part]) !== JSON.stringify(before[part])
  );
  if (parts.length === 0) return;
  phone.bytes = takeRoom(plugin, { known: phone, offered: { name, capabilities } });
  phone.capabilities = capabilities;
  plugin.exchange.history.note({ type: "phoneChanged", plugin: plugin.name, phone: id, detail: { parts } });
}

/** Takes what `setButtonInfo` has made of a button: the request's record is all that the history has of it. */
export function meanButton(
  phone: Phone,
  { button: id, ...meaning }: { button: number; mode: ButtonMode; function: ButtonFunction },
): void {
  const before = phone.capabilities.buttons.find((button) => button.id === id);
  if (before === undefined) return;
  const after = { ...before, ...meaning };
  const buttons = phone.capabilities.buttons.map((button) => button === before ? after : button);
  phone.capabilities = { ...phone.capabilities, buttons };
  // A word of the contract is as long as the other, nearly: it is counted, and never refused.
  const more = bytesOf(after) - bytesOf(before);
  phone.bytes += more;
  phone.plugin.phoneBytes += more;
}

/** Counts a phone's bytes among its plugin's, in place of those that it had. */
function takeRoom(
  plugin: Plugin,
  { known, offered: { name, capabilities } }: {
    known: Phone | undefined;
    offered: Pick<OfferedPhone, "name" | "capabilities">;
  },
): number {
  if (known === undefined && plugin.phones.size >= MOST_PHONES) {
    throw new PhoneError("NOMEM", `A plugin can have at most ${MOST_PHONES} phones; remove one first`);
  }
  const bytes = bytesOf({ name, capabilities });
  const all = plugin.phoneBytes - (known?.bytes ?? 0) + bytes;
  if (all > MOST_PHONE_BYTES) {
    throw new PhoneError(
      "NOMEM",
      `The names and capabilities of a plugin's phones can come to ${MOST_PHONE_BYTES} bytes, and with this one of ${bytes} they would be ${all}`,
    );
  }
  plugin.phoneBytes = all;
  return bytes;
}

function bytesOf(value: object): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Gives the next unused device id (R22): ids stay occupied for as long as the server runs. */
export function giveDeviceId(phone: Phone): number {
  phone.deviceId = phone.plugin.exchange.devices.push(phone) - 1;
  return phone.deviceId;
}

/** Notes that the link to a device was made or broken, and tells by `tellThem` whom it concerns. */
export function setConnected(
  phone: Phone,
  { connected, tellThem }: { connected: boolean; tellThem: (phone: Phone, change: { states: PhoneState[] }) => void },
): Promise<void> {
  if (phone.connected === connected) return Promise.resolve();
  phone.connected = connected;
  tellThem(phone, { states: [connected ? "connected" : "disconnected"] });
  return phone.plugin.exchange.history.note({
    type: connected ? "phoneConnected" : "phoneDisconnected",
    plugin: phone.plugin.name,
    phone: phone.id,
  });
}

/** Notes that something else has the device to itself, or has it no longer, and tells who holds the phone (R103). */
export function setSuspended(phone: Phone, suspended: boolean): void {
  if (phone.suspended === suspended) return;
  phone.suspended = suspended;
  const change: { states: PhoneState[] } = { states: [suspended ? "suspend" : "resume"] };
  if (phone.session.state === "open") phone.plugin.exchange.activity.state(phone, change);
  tellState(phone, change);
}

/** Tells every application of a phone whose plugin went or came back: nobody holds a handle that could hear it. */
export function tellEverybodyState({ id, plugin }: Phone, { states }: { states: PhoneState[] }): void {
  tellEverybody(plugin.exchange, { type: "PHONE_STATE", handle: null, phone: id, states });
}
