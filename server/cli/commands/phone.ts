/**
 * `phone`: the phones that there are, and what they say of themselves.
 *
 * @module
 */
import type { Abandonable, Phone, PhoneView } from "../../client/mod.ts";
import { keysOf } from "../../core/contract/keys.ts";
import { HOOKSWITCH_DEVICES, type HookSwitchDevice } from "../../core/contract/names.ts";
import { EXIT, Failure, Misuse } from "../../program/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withPhone } from "../calling/with_phone.ts";
import { withServer } from "../calling/with_server.ts";
import { printFields, printJson, printList } from "../output.ts";
import { command, JSON_OPTION, WIDE_OPTION } from "../parsing/command.ts";
import { shownState } from "./shown_state.ts";

const PHONE = { value: "PHONE", says: "its name, or its device id" } as const;

/** `phone list`. */
export const phoneList = command({
  words: "phone list",
  says: "Lists the phones",
  parameters: {},
  options: { ...SERVER_OPTIONS, wide: WIDE_OPTION, json: JSON_OPTION },
  examples: ["phone list", "phone list --json"],
  async run({ json, wide, ...server }) {
    const phones = await withServer(server, ({ server }) => server.phones());
    await printList(phones, {
      json,
      columns: {
        PHONE: ({ phone }) => phone,
        ID: ({ deviceId }) => String(deviceId),
        STATE: stateOf,
        OWNER: ({ owner }) => owner ?? "-",
        MONITORS: ({ monitors }) => String(monitors),
        NAME: ({ name }) => name,
      },
      yielding: wide ? [] : ["NAME", "OWNER"],
      none: "There are no phones that this token may see: doctor says how the plugins are",
    });
    return EXIT.orderly;
  },
});

/** `phone show`. */
export const phoneShow = command({
  words: "phone show",
  says: "Shows a phone and what it can do",
  parameters: { phone: PHONE },
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["phone show virtual:desk-1", "phone show 0 --json"],
  async run({ phone: named, json, ...server }) {
    const phone = await withServer(server, ({ server }) => server.phone(named));
    if (json) printJson(phone);
    else printFields(fieldsOf(phone));
    return EXIT.orderly;
  },
});

function stateOf({ connected, suspended }: Pick<PhoneView, "connected" | "suspended">): string {
  if (!connected) return "disconnected";
  return suspended ? "suspended" : "connected";
}

function fieldsOf({ capabilities, ...phone }: PhoneView): Record<string, string> {
  const { display, buttons, setData } = capabilities;
  const lamps = buttons.filter(({ lampModes }) => lampModes.some((mode) => mode !== "dummy"));
  return {
    phone: phone.phone,
    "device id": String(phone.deviceId),
    name: phone.name,
    plugin: phone.plugin,
    state: stateOf(phone),
    owner: phone.owner ?? "-",
    monitors: String(phone.monitors),
    display: display.rows > 0 ? `${display.rows} rows of ${display.columns}` : "-",
    buttons: list(buttons.filter(({ mode }) => mode !== "dummy").map(({ id }) => id)),
    "pressable buttons": list(buttons.filter(({ pressable }) => pressable).map(({ id }) => id)),
    lamps: list(lamps.map(({ id }) => id)),
    "hook switches": list(capabilities.hookSwitchDevices),
    volumes: list(capabilities.volumeDevices),
    "readable volumes": list(capabilities.readableVolumeDevices),
    gains: list(capabilities.gainDevices),
    "readable gains": list(capabilities.readableGainDevices),
    "ring patterns": String(capabilities.ringModes),
    "data areas": list(setData.map((bytes, id) => `${id} (${bytes} bytes)`)),
    extension: capabilities.extension || "-",
  };
}

function list(items: readonly unknown[]): string {
  return items.length === 0 ? "-" : items.join(" ");
}

/** A getter: what is typed to say which one of several, and how the phone is queried. */
interface Getter {
  what?: "DEVICE" | "ID";
  query(phone: Phone, options: Abandonable & { which: string }): Promise<object>;
}

/** The most bytes that a data area gives (api.md, section 2). */
const MOST_BYTES = 65_536;

/** The getters of a phone, by what is typed for each. */
const GETTERS = {
  status: { query: (phone, options) => phone.getStatus(options) },
  display: { query: (phone, options) => phone.getDisplay(options) },
  hookswitch: { query: (phone, options) => phone.getHookSwitch(options) },
  ring: { query: (phone, options) => phone.getRing(options) },
  volume: { what: "DEVICE", query: (phone, { which, ...options }) => phone.getVolume(deviceOf(which), options) },
  gain: { what: "DEVICE", query: (phone, { which, ...options }) => phone.getGain(deviceOf(which), options) },
  lamp: { what: "ID", query: (phone, { which, ...options }) => phone.getLamp({ lamp: idOf(which) }, options) },
  button: {
    what: "ID",
    query: (phone, { which, ...options }) => phone.getButtonInfo({ button: idOf(which) }, options),
  },
  data: {
    what: "ID",
    query: (phone, { which, ...options }) => phone.getData({ dataId: idOf(which), size: MOST_BYTES }, options),
  },
} as const satisfies Readonly<Record<string, Getter>>;

/** Whether the phone has such a device it says itself. */
function deviceOf(which: string): { device: HookSwitchDevice } {
  return { device: which as HookSwitchDevice };
}

function idOf(which: string): number {
  if (/^\d{1,10}$/.test(which)) return Number(which);
  throw new Failure(`${JSON.stringify(which)} is not a number of the phone's capabilities: see phone show`);
}

const WHAT = keysOf(GETTERS);

/** `phone get`. */
export const phoneGet = command({
  words: "phone get",
  says: "Asks a phone for its state",
  parameters: {
    phone: PHONE,
    what: { value: "WHAT", says: "what to ask for", choices: WHAT },
    which: {
      value: "WHICH",
      says: `the id of a lamp, button or data area; for volume and gain ${HOOKSWITCH_DEVICES.join(" ")}`,
      optional: true,
    },
  },
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["phone get virtual:desk-1 display", "phone get virtual:desk-1 lamp 20"],
  async run({ phone, what, which, json, ...server }) {
    const { what: needed, query }: Getter = GETTERS[what];
    if ((which === undefined) !== (needed === undefined)) {
      throw new Misuse(`phone get PHONE ${what} ${needed ? `needs ${needed} after it` : `takes no ${which} after it`}`);
    }
    const answer = await withServer(server, (called) =>
      interruptible((signal) =>
        withPhone(
          { called, phone, privilege: "monitor", signal },
          (phone) => query(phone, { which: which ?? "", signal }),
        )
      ));
    if (json) printJson(answer);
    else printFields(shownState(answer));
    return EXIT.orderly;
  },
});
