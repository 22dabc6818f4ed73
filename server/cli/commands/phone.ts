/**
 * `phone`: the phones that there are, and what they say of themselves.
 *
 * @module
 */
import { z } from "zod";
import { HOOKSWITCH_DEVICES } from "../../core/contract/names.ts";
import { EXIT, Misuse } from "../../program/mod.ts";
import { Phone } from "../calling/answers.ts";
import { connect, SERVER_OPTIONS } from "../calling/connect.ts";
import { interruptible } from "../calling/interruptible.ts";
import { withPhone } from "../calling/with_phone.ts";
import { printFields, printJson, printList } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";
import { shownState } from "./shown_state.ts";

const PHONE = { value: "PHONE", says: "its name, or its device id" } as const;

/** `phone list`. */
export const phoneList = command({
  words: "phone list",
  says: "Lists the phones",
  parameters: {},
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["phone list", "phone list --json"],
  async run({ json, ...server }) {
    const connection = await connect(server);
    const { phones } = await connection.call("GET /v1/phones", { shape: z.object({ phones: z.array(Phone) }) });
    await printList(phones, {
      json,
      columns: {
        PHONE: ({ phone }) => phone,
        ID: ({ deviceId }) => String(deviceId),
        STATE: ({ connected }) => connected ? "connected" : "disconnected",
        OWNER: ({ owner }) => owner ?? "-",
        MONITORS: ({ monitors }) => String(monitors),
        NAME: ({ name }) => name,
      },
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
    const connection = await connect(server);
    const phone = await connection.call(`GET /v1/phones/${encodeURIComponent(named)}`, { shape: Phone });
    if (json) printJson(phone);
    else printFields(fieldsOf(phone));
    return EXIT.orderly;
  },
});

function fieldsOf({ capabilities, ...phone }: z.infer<typeof Phone>): Record<string, string> {
  const { display, buttons, setData } = capabilities;
  const lamps = buttons.filter(({ lampModes }) => lampModes.some((mode) => mode !== "dummy"));
  return {
    phone: phone.phone,
    "device id": String(phone.deviceId),
    name: phone.name,
    plugin: phone.plugin,
    state: phone.connected ? "connected" : "disconnected",
    owner: phone.owner ?? "-",
    monitors: String(phone.monitors),
    display: display.rows > 0 ? `${display.rows} rows of ${display.columns}` : "-",
    buttons: list(buttons.filter(({ mode }) => mode !== "dummy").map(({ id }) => id)),
    lamps: list(lamps.map(({ id }) => id)),
    "hook switches": list(capabilities.hookSwitchDevices),
    volumes: list(capabilities.volumeDevices),
    gains: list(capabilities.gainDevices),
    "ring patterns": String(capabilities.ringModes),
    "data areas": list(setData.map((bytes, id) => `${id} (${bytes} bytes)`)),
  };
}

function list(items: readonly unknown[]): string {
  return items.length === 0 ? "-" : items.join(" ");
}

/** The getters of a phone, by what is typed for each; `what` is which one of several. */
const GETTERS: Readonly<Record<string, { path: string; what?: string }>> = {
  status: { path: "status" },
  display: { path: "display" },
  hookswitch: { path: "hookswitch" },
  ring: { path: "ring" },
  volume: { path: "volume", what: "DEVICE" },
  gain: { path: "gain", what: "DEVICE" },
  lamp: { path: "lamps", what: "ID" },
  button: { path: "buttons", what: "ID" },
  data: { path: "data", what: "ID" },
};

/** `phone get`. */
export const phoneGet = command({
  words: "phone get",
  says: "Asks a phone for its state",
  parameters: {
    phone: PHONE,
    what: { value: "WHAT", says: "what to ask for", choices: Object.keys(GETTERS) },
    which: {
      value: "WHICH",
      says: `the id of a lamp, button or data area; for volume and gain ${HOOKSWITCH_DEVICES.join(" ")}`,
      optional: true,
    },
  },
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["phone get virtual:desk-1 display", "phone get virtual:desk-1 lamp 20"],
  async run({ phone, what, which, json, ...server }) {
    const { path, what: needed } = GETTERS[what] ?? { path: what };
    if ((which === undefined) !== (needed === undefined)) {
      throw new Misuse(`phone get PHONE ${what} ${needed ? `needs ${needed} after it` : `takes no ${which} after it`}`);
    }
    const connection = await connect(server);
    const route = which === undefined ? path : `${path}/${encodeURIComponent(which)}`;
    const answer = await interruptible((signal) =>
      withPhone(
        { connection, phone, privilege: "monitor", signal },
        (handle) =>
          connection.call(`GET /v1/handles/${handle}/${route}`, { shape: z.record(z.string(), z.unknown()), signal }),
      )
    );
    if (json) printJson(answer);
    else printFields(shownState(answer));
    return EXIT.orderly;
  },
});
