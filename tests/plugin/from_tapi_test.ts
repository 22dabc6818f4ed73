/**
 * The page for who comes from TAPI: nothing is missing in it, and its plugin drives a device.
 *
 * @module
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { connect, type Phone, type PhoneEvent } from "switchroom/client";
import { type Phone as Reporting, PhoneError } from "switchroom/plugin";
import { GETTERS, OPERATIONS } from "../../server/core/contract/operations.ts";
import { methodName } from "../../server/core/contract/socket.ts";
import { startServer } from "../harness/start_server.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/from-tapi.md", import.meta.url));
const [, PROVIDER = "", APPLICATION = ""] = PAGE.split(/^## (?=A provider|An application)/m);

const words = (text: string) => text.trim().split(/\s+/);

/** TAPI's functions for phones, without `phone`: those of an application and of a provider alike, and those of one. */
const BOTH = words(`
  Close ConfigDialog DevSpecific GetButtonInfo GetData GetDevCaps GetDisplay GetGain GetHookSwitch GetIcon GetID GetLamp
  GetRing GetStatus GetVolume NegotiateExtVersion Open SetButtonInfo SetData SetDisplay SetGain SetHookSwitch SetLamp
  SetRing SetStatusMessages SetVolume
`);
const SPI = [...BOTH, ...words("GetExtensionID NegotiateTSPIVersion SelectExtVersion")];
const API = [
  ...BOTH,
  ...words("GetMessage GetStatusMessages Initialize InitializeEx NegotiateAPIVersion Shutdown"),
];
/** Ours: one that TAPI does not have stands on the page too. */
const METHODS = [...OPERATIONS, ...GETTERS];
/** What a driver reports with. */
const REPORTS: Record<Exclude<keyof Reporting, "id">, true> = {
  button: true,
  capabilities: true,
  changed: true,
  connected: true,
  devSpecific: true,
  forceClose: true,
  state: true,
  suspended: true,
  wanted: true,
};

/** The functions that have a row in a table of a half, in their order. */
function rowsOf(half: string, prefix: string): Map<string, string> {
  const rows = [...half.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, name = "", rest = ""]) => [name, rest] as const);
  return new Map(rows.filter(([name]) => name.startsWith(prefix)));
}

const functions = (names: readonly string[], prefix: string) => names.map((name) => prefix + name).toSorted();

Deno.test("the page for who comes from TAPI has each of the 29 functions of a provider, beside the driver's method", () => {
  equal(SPI.length, 29);
  const rows = rowsOf(PROVIDER, "TSPI_phone");
  deepEqual([...rows.keys()].toSorted(), functions(SPI, "TSPI_phone"));
  for (const method of METHODS) {
    const row = rows.get(`TSPI_${methodName(method)}`) ?? PROVIDER;
    ok(row.includes(`\`${method}(`), method);
  }
  ok(rows.get("TSPI_phoneOpen")?.includes("`open()`"));
  ok(rows.get("TSPI_phoneClose")?.includes("`close()`"));
  for (const name of Object.keys(REPORTS)) ok(PROVIDER.includes(`\`phone.${name}`), name);
});

Deno.test("the page for who comes from TAPI has each of the 32 functions of an application, beside the client's", () => {
  equal(API.length, 32);
  const rows = rowsOf(APPLICATION, "phone");
  deepEqual([...rows.keys()].toSorted(), functions(API, "phone"));
  for (const method of METHODS) {
    const row = rows.get(methodName(method)) ?? APPLICATION;
    ok(row.includes(`\`phone.${method}(`), method);
  }
});

Deno.test("Q4 the codes of providers for what a close has ended are none of PHONEERR_: one passes as a vendor's, one is refused", () => {
  const { value, code } = new PhoneError(-17);
  deepEqual([value, code], [-17, undefined]);
  throws(() => new PhoneError(0x8000_0048), RangeError);
});

/** What stands in for the device of the page's plugin. */
class Device implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = this.#listener.addr.port;

  /** The plugin claims it. */
  async claimed(): Promise<Deno.Conn> {
    return await this.#listener.accept();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function heard(line: Deno.Conn): Promise<string | null> {
  const buffer = new Uint8Array(100);
  const size = await line.read(buffer);
  return size === null ? null : new TextDecoder().decode(buffer.subarray(0, size));
}

async function says(line: Deno.Conn, ...words: string[]): Promise<void> {
  await line.write(new TextEncoder().encode(words.map((word) => `${word}\n`).join("")));
}

async function next(events: AsyncIterator<PhoneEvent>): Promise<PhoneEvent> {
  const { value } = await events.next();
  return value;
}

Deno.test("the plugin of the page for who comes from TAPI drives a device, releases it at a close and when the device lets go", async () => {
  const folder = await Deno.makeTempDir();
  await using undo = new AsyncDisposableStack();
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const [, manifest = ""] = /```json\n([^]*?)```/.exec(PROVIDER) ?? [];
  const [, code = ""] = /```ts\n(import \{\n {2}definePlugin[^]*?)```/.exec(PROVIDER) ?? [];
  await Deno.writeTextFile(`${folder}/plugin.json`, manifest);
  await Deno.writeTextFile(`${folder}/main.ts`, code);
  using device = new Device();
  const plugin = { source: folder, config: { port: device.port }, grants: { net: ["127.0.0.1"] } };
  await using server = await startServer({ config: { plugins: [plugin] } });
  await using application = await connect(server.url, { name: "ported", token: server.token });

  const open = async (): Promise<[Phone, Deno.Conn]> => {
    const claim = device.claimed();
    return [await application.open("desk:desk", { privilege: "owner" }), await claim];
  };
  let [phone, line] = await open();
  const events = application.events();
  await phone.setStatusMessages({ states: ["lamp"], buttonModes: ["keypad"], buttonStates: ["down", "up"] });

  const set = await phone.ask("setLamp", { lamp: 12, mode: "steady" });
  equal(await heard(line), `${set.requestId} lamp 12 1\n`);
  await says(line, "lamp 12 1", `${set.requestId} ok`);
  equal((await set.reply).outcome, "succeeded");
  await says(line, "key 5 up");
  // The device has told of its lamp itself, and that is told once; the SDK has put the down before the up.
  const told = [await next(events), await next(events), await next(events), await next(events)];
  deepEqual(told.map(({ type }) => type), ["PHONE_STATE", "PHONE_REPLY", "PHONE_BUTTON", "PHONE_BUTTON"]);
  equal((await phone.getLamp({ lamp: 12 })).mode, "steady");
  const outdone = await phone.ask("setLamp", { lamp: 12, mode: "flash" });
  equal(await heard(line), `${outdone.requestId} lamp 12 3\n`);
  await says(line, "lamp 12 0", `${outdone.requestId} ok`);
  equal((await outdone.reply).outcome, "succeeded");
  equal((await phone.getLamp({ lamp: 12 })).mode, "off", "what the device says meanwhile has the last word");

  await phone.close();
  equal(await heard(line), null);
  line.close();

  [phone, line] = await open();
  const hung = await phone.ask("setLamp", { lamp: 12, mode: "wink" });
  equal(await heard(line), `${hung.requestId} lamp 12 2\n`);
  line.close();
  deepEqual(await hung.reply.then(({ outcome, cause }) => [outcome, cause]), ["aborted", "forcedClose"]);
  equal(await phone.closed, "forcedClose");

  [phone, line] = await open();
  equal((await phone.getLamp({ lamp: 12 })).mode, "unknown");
  await phone.close();
  line.close();
});
