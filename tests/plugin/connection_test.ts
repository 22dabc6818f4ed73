import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  definePlugin,
  type Host,
  LAMP_MODES,
  type PartialCapabilities,
  PhoneError,
  PluginUnavailable,
} from "../../server/plugin/mod.ts";
import { SDK_VERSION, WIRE_VERSION } from "../../server/wire/mod.ts";
import { Bench, onePhone } from "./testbed.ts";

/** A started plugin that does nothing by itself, and its host. */
async function idle(): Promise<{ bench: Bench; host: Host }> {
  let host: Host | undefined;
  const bench = new Bench(definePlugin((given) => {
    host = given;
    return {};
  }));
  await bench.start();
  if (!host) throw new Error("the plugin was not made");
  return { bench, host };
}

Deno.test("steps 4 and 5 of a plugin's life: it answers hello with its versions, starts, and is ready when its phones are taken in", async () => {
  let added = false;
  const bench = new Bench(definePlugin((host) => ({
    start() {
      // Not waited for, and part of the start all the same.
      host.addPhone({ id: "p", name: "P" }, {}).then(() => added = true);
    },
  })));
  await bench.start();
  deepEqual(bench.said.map(({ type }) => type), ["hello", "addPhone", "ready"]);
  deepEqual(bench.said[0], { type: "hello", wire: WIRE_VERSION, sdk: SDK_VERSION });
  equal(added, true);
});

Deno.test("a plugin does not start under another wire version", () => {
  const bench = new Bench(definePlugin(() => ({ start: () => Promise.reject(new Error("started")) })));
  bench.say({ type: "hello", wire: WIRE_VERSION + 1, name: "test", config: {}, beatMs: 1_000 });
  deepEqual(bench.said.map(({ type }) => type), ["hello"]);
});

/** What rejects the start of a plugin. */
const starting = (start: (host: Host) => Promise<unknown>) =>
  definePlugin((host) => ({
    async start() {
      await start(host);
    },
  }));

for (
  const [what, definition, verdict] of [
    ["an object that definePlugin did not make", {}, "never"],
    ["nothing", undefined, "never"],
    ["a function", () => ({}), "never"],
    ["a factory that throws", definePlugin(() => Promise.reject(new Error("no such device"))), "crash"],
    ["a start that throws what is no error", starting(() => Promise.reject(null)), "crash"],
    ["a factory that waits", definePlugin(() => Promise.reject(new PluginUnavailable("not on"))), "notYet"],
    ["a start that waits", starting(() => Promise.reject(new PluginUnavailable("not on"))), "notYet"],
    [
      "a start that gives up",
      starting(() => Promise.reject(new PluginUnavailable("door 3 twice", { retry: false }))),
      "never",
    ],
    ["a phone without a name", starting((host) => host.addPhone({ id: "p", name: "" }, {})), "never"],
    ["a phone of a bad id", starting((host) => host.addPhone({ id: "p:q", name: "P" }, {})), "never"],
    [
      "a capability that there is not",
      starting((host) => host.addPhone({ id: "p", name: "P", capabilities: { ringModes: -1 } }, {})),
      "never",
    ],
    [
      "capabilities of a wrong shape",
      starting((host) => host.addPhone({ id: "p", name: "P", capabilities: { buttons: [null as never] } }, {})),
      "never",
    ],
    [
      "one id twice",
      starting((host) =>
        Promise.all([host.addPhone({ id: "p", name: "P" }, {}), host.addPhone({ id: "p", name: "P" }, {})])
      ),
      "never",
    ],
    [
      "a phone that is not to be had, told otherwise",
      starting((host) => host.addPhone({ id: "", name: "P" }, {}).catch(() => Promise.reject(new Error("no phone")))),
      "crash",
    ],
  ] as const
) {
  Deno.test(`steps 2 to 4 of a plugin's life: ${what} cannot start, which means ${verdict}`, async () => {
    const bench = new Bench(definition);
    await bench.start();
    const last = bench.said.at(-1);
    equal(last?.type === "startFailed" && last.verdict, verdict);
  });
}

Deno.test("step 4 of a plugin's life: the words of a failed start name the plugin's line, and the log has the stack and its causes", async () => {
  const cause = new Error("connection refused");
  const bench = new Bench(starting(() => Promise.reject(new PluginUnavailable("no exchange", { cause }))));
  await bench.start();
  const last = bench.said.at(-1);
  match(last?.type === "startFailed" ? last.message : "", /^no exchange \(file:.*\/connection_test\.ts:\d+:\d+\)$/);
  const [line] = bench.said.filter((message) => message.type === "log");
  equal(line?.level, "warn");
  match(line?.text ?? "", /^start failed: PluginUnavailable: no exchange\n[^]*caused by Error: connection refused\n/);
});

Deno.test("the log is callable and has levels; long lines are cut", async () => {
  const { bench, host } = await idle();
  host.log("plain");
  for (const level of ["debug", "info", "warn", "error"] as const) host.log[level](level);
  host.log("x".repeat(10_000));
  const lines = bench.said.filter((message) => message.type === "log");
  deepEqual(lines.slice(0, 5).map(({ level, text }) => [level, text]), [
    ["info", "plain"],
    ["debug", "debug"],
    ["info", "info"],
    ["warn", "warn"],
    ["error", "error"],
  ]);
  equal(lines.at(-1)?.text.length, 2_000);
});

Deno.test("a phone is offered with every default filled in and what its driver can do", async () => {
  const capabilities: PartialCapabilities = {
    hookSwitchDevices: ["handset"],
    volumeDevices: ["handset"],
    buttons: [{ id: 3 }, { id: 4, mode: "call", lampModes: ["off", "steady"], pressable: true }],
    setData: [10],
  };
  const { bench } = await onePhone({
    setLamp() {},
    setVolume() {},
    setData() {},
    setDisplay() {},
    getLamp: () => ({ mode: "off" }),
  }, {
    capabilities,
    connected: false,
  });
  const offer = bench.said.find((message) => message.type === "addPhone");
  deepEqual(offer?.phone, {
    id: "p",
    name: "P",
    connected: false,
    methods: ["setData", "setDisplay", "setLamp", "setVolume", "getLamp", "getStatus"],
    capabilities: {
      states: ["connected", "disconnected", "lamp", "handsetVolume", "suspend", "resume", "capsChange"],
      hookSwitchDevices: ["handset"],
      hookSwitchModes: { handset: { settable: [], monitored: [] } },
      volumeDevices: ["handset"],
      gainDevices: [],
      readableVolumeDevices: ["handset"],
      readableGainDevices: [],
      display: { rows: 0, columns: 0 },
      ringModes: 0,
      buttons: [
        { id: 3, mode: "dummy", function: "unknown", lampModes: ["dummy"] },
        { id: 4, mode: "call", function: "unknown", lampModes: ["off", "steady"], pressable: true },
      ],
      setData: [10],
      getData: [],
      features: ["getLamp", "setData", "setLamp", "setVolumeHandset"],
      deviceClasses: [],
      provider: "",
      phoneInfo: "",
      permanentId: "p",
      extension: "",
    },
  });
});

const CAPABILITY_SLIPS: [string, RegExp][] = [
  [`{ "states": ["melted"] }`, /states has "melted", but must be one of other connected/],
  [`{ "hookSwitchDevices": ["ear"] }`, /hookSwitchDevices has "ear"/],
  [`{ "display": { "rows": -1, "columns": 4 } }`, /display\.rows has -1, but must be an integer from 0/],
  [`{ "ringModes": 1.5 }`, /ringModes has 1\.5/],
  [`{ "buttons": [{ "id": 1 }, { "id": 1 }] }`, /button 1 twice, but must be each id once/],
  [`{ "buttons": [{ "id": 1, "lampModes": ["blinking"] }] }`, /lampModes has "blinking".* or a vendor's number/],
  [`{ "features": ["fly"] }`, /features has "fly"/],
  [JSON.stringify({ deviceClasses: Array(65).fill("x") }), /deviceClasses has 65 entries, but must be at most 64/],
  [JSON.stringify({ setData: Array(257).fill(1) }), /setData has 257 entries, but must be at most 256/],
  [`{ "buttons": [{ "id": 1, "pressable": true }] }`, /no button at 1 to be pressed, but must be pressable only where/],
  [JSON.stringify({ extension: "x".repeat(257) }), /extension has "x+, but must be text of at most 256 characters/],
  [`{ "provider": 7 }`, /provider has 7, but must be text of at most 2000 characters/],
];

for (const [capabilities, words] of CAPABILITY_SLIPS) {
  Deno.test(`capabilities ${capabilities.slice(0, 60)} are refused in words, before the server hears of them`, async () => {
    const { bench, host } = await idle();
    const before = bench.said.length;
    await rejects(host.addPhone({ id: "p", name: "P", capabilities: JSON.parse(capabilities) }, {}), {
      name: "TypeError",
      message: words,
    });
    deepEqual(bench.typesAfter(before), []);
  });
}

for (const id of ["", "a b", "a:b", "../a", "x".repeat(65)]) {
  Deno.test(`a phone cannot be named ${JSON.stringify(id.slice(0, 10))}`, async () => {
    const { host } = await idle();
    await rejects(host.addPhone({ id, name: "P" }, {}), /its id must be 1 to 64 of A-Z a-z 0-9/);
  });
}

Deno.test("a phone that the server refuses is not there, and can be added later", async () => {
  const { bench, host } = await idle();
  const first = host.addPhone({ id: "p", name: "P" }, {});
  const { value } = new PhoneError("NOMEM");
  bench.say({ type: "refuse", call: 1, result: value, message: "too many phones" });
  await rejects(first, { name: "PhoneError", value, message: "too many phones" });
  const second = host.addPhone({ id: "p", name: "P" }, {});
  await rejects(host.addPhone({ id: "p", name: "P" }, {}), /a phone of that id is there already/);
  bench.say({ type: "answer", call: 2 });
  equal((await second).id, "p");
  await rejects(host.removePhone("q"), /there is none of that id/);
});

Deno.test("a plugin is ready without a phone whose offer fits no message, and the author is told how much fits", async () => {
  let refused: unknown;
  const bench = new Bench(definePlugin((host) => ({
    start() {
      // No part is over its bound, and yet the whole is too long.
      const lampModes = [...LAMP_MODES, ...Array.from({ length: 16 }, (_, bit) => 2 ** (16 + bit))];
      const buttons = Array.from({ length: 1024 }, (_, id) => ({ id, lampModes }));
      host.addPhone({ id: "p", name: "P", capabilities: { buttons } }, {}).catch((error) => refused = error);
    },
  })));
  await bench.start();
  deepEqual(bench.said.map(({ type }) => type), ["hello", "ready"]);
  match(String(refused), /RangeError: Cannot send a message of \d+ characters.*at most 262144 fit/);
});

Deno.test("step 6 of a plugin's life: a stop that fails is logged and ends all the same", async () => {
  const bench = new Bench(definePlugin(() => ({ stop: () => Promise.reject(new Error("the door is stuck")) })));
  await bench.start();
  bench.say({ type: "stop" });
  await bench.until("stopped", ({ type }) => type === "stopped");
  const log = bench.said.find((message) => message.type === "log");
  match(log?.text ?? "", /the door is stuck/);
});
