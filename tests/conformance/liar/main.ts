/**
 * The liar: a plugin that speaks below the SDK, and breaks the rules that the SDK keeps for every other.
 *
 * The runner imports it before it reads the wire itself; as this module never ends its evaluation, the runner never does.
 *
 * @module
 */
import { answer, done, LIES } from "./lies.ts";
import { type Message, messages, send } from "./wire.ts";

const capabilities = {
  states: ["lamp", "display", "ringMode"],
  hookSwitchDevices: [],
  hookSwitchModes: {},
  volumeDevices: [],
  gainDevices: [],
  readableVolumeDevices: [],
  readableGainDevices: [],
  display: { rows: 0, columns: 0 },
  ringModes: 0,
  buttons: [],
  setData: [],
  getData: [],
  features: [],
  deviceClasses: [],
  provider: "",
  phoneInfo: "",
  permanentId: "",
  extension: "",
};

function reply(message: Message): Message[] {
  const lie = LIES[String(message.phone)]?.[message.type];
  if (lie) return lie(message);
  switch (message.type) {
    case "hello":
      return begin(message);
    case "beat":
      return [{ type: "beat", beat: message.beat, rssBytes: 0, cpu: 0, lagMs: 0 }];
    case "operate":
      return [done(message.requestId)];
    case "open":
    case "close":
    case "want":
    case "get":
      return [answer(message.call)];
    case "stop":
      return [{ type: "stopped" }];
    default:
      return [];
  }
}

function begin({ wire }: Message): Message[] {
  const phones = Object.keys(LIES).map((id, index): Message => ({
    type: "addPhone",
    call: index + 1,
    phone: { id, name: id, capabilities, connected: true, methods: ["devSpecific"] },
  }));
  return [{ type: "hello", wire, sdk: "1.0.0" }, ...phones, { type: "ready" }];
}

for await (const message of messages()) {
  const sent = reply(message);
  if (sent.length > 0) send(...sent);
  if (message.type === "stop") break;
}
Deno.exit(0);
