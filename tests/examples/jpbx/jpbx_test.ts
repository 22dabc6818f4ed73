/**
 * The example in `examples/jpbx`: the real server and the plugin's real process, with an emulator of the switch in a
 * process of its own.
 *
 * @module
 */
import { retry } from "@std/async/retry";
import { deepEqual, equal, match } from "node:assert/strict";
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import type { RequestRecord } from "../../../server/core/contract/record.ts";
import { type Application, beginApplication, type Handle } from "../../conformance/support/application.ts";
import { api } from "../../harness/api.ts";
import { type RunningServer, startServer } from "../../harness/start_server.ts";
import { Link } from "../../../examples/jpbx/link.ts";
import { Heard } from "../../peers/drivers/heard.ts";
import { type Emulator, type Hand, startEmulator } from "./hand.ts";

const STATION = "jpbx:1001";
const EVERYTHING = {
  states: ["connected", "disconnected", "display", "lamp", "speakerHookSwitch", "speakerVolume", "speakerGain"],
  buttonModes: ["keypad"],
  buttonStates: ["up", "down"],
};

let pbx: Emulator;
let server: RunningServer;
Deno.test.beforeAll(async () => {
  pbx = await startEmulator("1001");
  const config = { port: pbx.port, stations: ["1001", "1002"], retrySeconds: 1 };
  const source = new URL("../../../examples/jpbx", import.meta.url).pathname;
  const plugins = [{ source, config, grants: { net: ["127.0.0.1"] } }];
  // What the plugin warns of stays in its own log: what a server prints during a test is a leak of that test.
  server = await startServer({ config: { log: { level: "error" }, plugins } });
});
Deno.test.afterAll(async () => {
  await using _pbx = pbx;
  await using ending = server;
  const { code } = await ending.stop();
  equal(code, 0, ending.output());
});

const outcome = ({ outcome, code, message }: RequestRecord) => [outcome, code, message].filter(Boolean).join(" ");
/** An application that owns the station, linked, and hears of everything; and a hand in the emulator. */
async function own(): Promise<{ desk: Application; phone: Handle; hand: Hand } & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const hand = undo.use(await pbx.hand());
  const desk = undo.use(await beginApplication(server, "desk"));
  const phone = await desk.open(STATION);
  equal((await phone.want(EVERYTHING)).status, 200);
  if (!(await phone.status()).statusFlags.includes("connected")) {
    await desk.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  }
  const owned = undo.move();
  return { desk, phone, hand, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What events of the phone said, in their order. */
const news = (events: readonly PhoneEvent[]) =>
  events.flatMap((event): unknown[] => {
    if (event.type === "PHONE_STATE") return [event.values ?? event.states];
    return event.type === "PHONE_BUTTON" ? [`${event.button} ${event.state}`] : [];
  });

Deno.test("a station that may log on is a connected phone with what the manual says of it; the other says why it is not", async () => {
  await using owned = await own();
  const { desk, phone } = owned;
  const { body } = await desk.call<{ capabilities: { states: string[]; display: object; volumeDevices: string[] } }>(
    "GET",
    `/v1/phones/${STATION}`,
  );
  deepEqual(body.capabilities.display, { rows: 2, columns: 40 });
  const unnamed = EVERYTHING.states.filter((state) => !body.capabilities.states.includes(state));
  deepEqual(unnamed, [], "an application makes its masks of what the capabilities name");
  deepEqual(body.capabilities.volumeDevices, ["speaker"]);
  equal((await phone.get("buttons/11")).body.text, "#");
  equal((await phone.get("buttons/13")).body.text, "In Call Work");

  const refused = {
    setLamp: { lamp: 12, mode: "off" },
    setDisplay: { row: 0, column: 0, text: "" },
    setRing: { mode: 0, volume: 0 },
  };
  for (const operation of ["setLamp", "setDisplay", "setRing"] as const) {
    const { status, body } = await phone.ask({ operation, ...refused[operation] });
    equal(status, 501, JSON.stringify(body));
  }

  const call = api(server);
  equal((await call("GET", "/v1/phones/jpbx:1002")).body.connected, false);
  await retry(async () => {
    const { body } = await call("GET", "/v1/plugins/jpbx/logs");
    match(JSON.stringify(body), /Station 1002 has no link to 127\.0\.0\.1:\d+: The switch refuses LO: error 0001/);
  });
});

Deno.test("R92, R102: volume, gain and microphone are set at the switch, and told once, before the reply", async () => {
  await using owned = await own();
  const { desk, phone, hand } = owned;
  await hand.do("say PVC;1001;20480");
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("speakerVolume"));
  equal((await phone.get("volume/speaker")).body.volume, 20_480);

  const before = desk.events.seen.length;
  equal(outcome(await phone.perform({ operation: "setVolume", device: "speaker", volume: 300 })), "succeeded");
  await hand.sent("SPV;1001;300");
  equal(outcome(await phone.perform({ operation: "setGain", device: "speaker", gain: 70_000 })), "succeeded");
  await hand.sent("SPG;1001;65535");
  for (const mode of ["speaker", "micSpeaker"]) {
    const { requestId, ...ended } = await phone.perform({ operation: "setHookSwitch", devices: ["speaker"], mode });
    equal(outcome({ requestId, ...ended }), "succeeded");
    await desk.events.next("PHONE_REPLY", (reply) => reply.requestId === requestId);
  }
  deepEqual(news(desk.events.seen.slice(before)), [
    { speakerVolume: 300 },
    { speakerGain: 65_535 },
    { speakerHookSwitch: "speaker" },
    { speakerHookSwitch: "micSpeaker" },
  ]);
  const { speakerHookSwitchMode, speakerVolume } = await phone.status();
  deepEqual([speakerHookSwitchMode, speakerVolume], ["micSpeaker", 300]);
  match(
    outcome(await phone.perform({ operation: "setHookSwitch", devices: ["speaker"], mode: "onHook" })),
    /^failed PHONEERR_INVALHOOKSWITCHMODE/,
  );
});

Deno.test("R102: what the switch says while it is asked to set something has the last word, and getters answer that", async () => {
  await using owned = await own();
  const { phone, hand } = owned;
  const sets = [
    [{ operation: "setVolume", device: "speaker", volume: 1_000 }, "SPV;1001;1000", "PVC;1001;900"],
    [{ operation: "setGain", device: "speaker", gain: 1_000 }, "SPG;1001;1000", "PGC;1001;900"],
    [{ operation: "setHookSwitch", devices: ["speaker"], mode: "micSpeaker" }, "SPH;1001;1", "PHC;1001;M"],
  ] as const;
  for (const [asked, sent, said] of sets) {
    await hand.do("hold");
    const reply = phone.perform({ ...asked });
    await hand.sent(sent);
    await hand.do(`say ${said}`);
    await hand.do("answer");
    equal(outcome(await reply), "succeeded");
  }
  const { speakerVolume, speakerGain, speakerHookSwitchMode } = await phone.status();
  deepEqual([speakerVolume, speakerGain, speakerHookSwitchMode], [900, 900, "speaker"]);
  equal((await phone.get("volume/speaker")).body.volume, 900);
});

Deno.test("what the switch refuses fails with the reason that its number stands for", async () => {
  await using owned = await own();
  const { phone, hand } = owned;
  const set = async (gain: number) => outcome(await phone.perform({ operation: "setGain", device: "speaker", gain }));
  match(await set(0), /^failed PHONEERR_OPERATIONFAILED The switch does not take that value/);
  await hand.do("call off");
  match(await set(300), /^failed PHONEERR_INVALPHONESTATE .*without a call/);
  await hand.do("agent off");
  match(await set(300), /^failed PHONEERR_RESOURCEUNAVAIL No agent/);
  await hand.do("agent on");
  await hand.do("call on");
  equal(await set(300), "succeeded");
});

Deno.test("R88, R92: what happens at the station is told, and what is not understood passes", async () => {
  await using owned = await own();
  const { desk, phone, hand } = owned;
  const before = desk.events.seen.length;
  for (
    const line of [
      "DD;0000002A;7",
      "DD;0000002A;#",
      "DD;0000002A;x",
      "PLC;1001;0;S",
      "PLC;1001;9;S",
      "PLC;1002;1;S",
      "PVC;1002;900",
      "PVC",
      "PLC;1001;0;D",
      `PDC;1001;${"READY".padEnd(40)}1 HOLDING, 2 PENDING`,
      "PVC;1001;much",
      "PHC;1001;constructor",
      "NAK;SPV;1001;constructor",
      "CS;1001;0000002A;C",
      "ACK;SPV;1001;0;",
      "",
      ";;;",
      "PHC;1001;O",
    ]
  ) await hand.do(`say ${line}`);
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("speakerHookSwitch"));
  const rows = ["READY".padEnd(40), "1 HOLDING, 2 PENDING".padEnd(40)];
  deepEqual(news(desk.events.seen.slice(before)), [
    "7 down",
    "7 up",
    "11 down",
    "11 up",
    { lamp: { lamp: 12, mode: "steady" } },
    { lamp: { lamp: 12, mode: "off" } },
    { display: { rows } },
    { speakerHookSwitch: "onHook" },
  ]);
  deepEqual((await phone.get("display")).body, { rows });
  equal((await phone.get("lamps/12")).body.mode, "off");
  equal((await phone.get("lamps/13")).body.mode, "unknown");
  deepEqual((await phone.get("hookswitch")).body, { offHook: [] });
});

Deno.test("R46, R54: closing the only handle gives up what the switch has not answered, and the late answer is nobody's", async () => {
  await using owned = await own();
  const { desk, phone, hand } = owned;
  await hand.do("call off");
  await hand.do("hold");
  const given = await phone.request({ operation: "setVolume", device: "speaker", volume: 1 });
  await hand.sent("SPV;1001;1");
  const { lastHandle, completed } = await phone.close();
  deepEqual([lastHandle, completed], [true, 1]);
  const { body } = await desk.call<RequestRecord>("GET", `/v1/requests/${given}`);
  deepEqual([body.outcome, body.cause, body.reply], ["aborted", "close", "suppressed"]);

  const again = await desk.open(STATION);
  await hand.do("call on");
  const next = again.perform({ operation: "setVolume", device: "speaker", volume: 2 });
  await hand.sent("SPV;1001;2");
  // The first answer is a refusal: it must not become that of the second.
  await hand.do("answer");
  equal(outcome(await next), "succeeded");
});

Deno.test("a switch that leaves fails what it has not answered and disconnects the phone; when it is back, so is the phone", async () => {
  await using owned = await own();
  const { desk, phone, hand } = owned;
  await hand.do("hold");
  const waiting = phone.perform({ operation: "setVolume", device: "speaker", volume: 5 });
  await hand.sent("SPV;1001;5");
  await hand.do("leave");
  match(outcome(await waiting), /^failed PHONEERR_OPERATIONFAILED The switch was gone/);
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("disconnected"));
  const late = await phone.perform({ operation: "setVolume", device: "speaker", volume: 6 });
  match(outcome(late), /^failed PHONEERR_INVALPHONESTATE/);
  await hand.do("answer");
  await hand.do("back");
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  // What was so before the link broke is nothing that the plugin knows.
  const { body } = await phone.get("volume/speaker");
  match(JSON.stringify(body), /The switch has not said the volume/);
  equal(outcome(await phone.perform({ operation: "setVolume", device: "speaker", volume: 7 })), "succeeded");
  equal((await phone.get("volume/speaker")).body.volume, 7);
});

Deno.test("a switch that goes on owing answers is linked anew, and what was asked last is not left to its deadline", async () => {
  await using owned = await own();
  const { desk, phone, hand } = owned;
  await hand.do("hold");
  const giveUp = () => phone.perform({ operation: "setVolume", device: "speaker", volume: 1, deadlineMs: 10 });
  let last = await giveUp();
  while (last.outcome === "timedOut") last = await giveUp();
  match(outcome(last), /^failed PHONEERR_(OPERATIONFAILED The switch was gone|INVALPHONESTATE .*disconnected)/);
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("disconnected"));
  await hand.do("answer");
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  equal(outcome(await phone.perform({ operation: "setVolume", device: "speaker", volume: 2 })), "succeeded");
});

Deno.test("an answer to another station is not taken for this one's", async () => {
  await using owned = await own();
  const { phone, hand } = owned;
  await hand.do("hold");
  const reply = phone.perform({ operation: "setVolume", device: "speaker", volume: 3 });
  await hand.sent("SPV;1001;3");
  await hand.do("say NAK;SPV;1002;0003");
  await hand.do("answer");
  equal(outcome(await reply), "succeeded");
});

Deno.test("a switch that sends a line longer than any is linked anew, ended or not, and the log says why", async () => {
  await using owned = await own();
  const { desk, hand } = owned;
  await hand.do(`say PDC;1001;${"x".repeat(1_024)}`);
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("disconnected"));
  await desk.events.next("PHONE_STATE", ({ states }) => states.includes("connected"));
  const { body } = await api(server)("GET", "/v1/plugins/jpbx/logs");
  match(
    JSON.stringify(body),
    /Station 1001 has no link to 127\.0\.0\.1:\d+: it sent a line of more than 1024 characters/,
  );
});

Deno.test("no link is tried before its turn, of however many stations", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const tries = new Heard<"try">("the switch");
  void (async () => {
    for await (const connection of listener) {
      tries.push("try");
      connection.close();
    }
  })();
  const waiting: (() => void)[] = [];
  const { hostname: host, port } = listener.addr;
  const log = Object.assign(() => {}, { debug() {}, info() {}, warn() {}, error() {} });
  for (const extension of ["1001", "1002", "1003"]) {
    const pace = () => new Promise<void>((resolve) => waiting.push(resolve));
    const link = new Link({ host, port, extension, retrySeconds: 0, pace, log });
    void link.keep({ linked() {}, heard() {} });
  }
  const allWait = () => retry(() => equal(waiting.length, 3), { minTimeout: 1, maxTimeout: 20, maxAttempts: 1_000 });
  await allWait();
  for (let turn = 1; turn <= 9; turn++) {
    waiting.shift()?.();
    await tries.next(() => true, { what: `try ${turn}` });
    await allWait();
    equal(tries.all.length, turn);
  }
});
