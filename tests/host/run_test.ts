import { NO_CAPABILITIES } from "../no_capabilities.ts";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { HostBench, NOTHING, onePhone, writePlugin } from "./testbed.ts";

const UNAVAILABLE = { code: "PHONEERR_RESOURCEUNAVAIL" };

Deno.test("a plugin is enabled, attached, adds its phones, is ready and has settled, in this order", async () => {
  await using bench = await HostBench.run({ code: onePhone("{ setLamp() {} }") });
  deepEqual(bench.told.map(([name]) => name), ["enable", "admit", "addPhone", "ready", "settle"]);
  deepEqual(bench.told[0], ["enable", ["test"]]);
  const [, phone] = bench.told[2] ?? [];
  deepEqual(phone, {
    id: "p",
    name: "P",
    connected: true,
    methods: ["setLamp", "getStatus"],
    capabilities: {
      ...NO_CAPABILITIES,
      states: ["connected", "disconnected", "suspend", "resume", "capsChange"],
      permanentId: "p",
    },
  });
  equal(bench.condition.state, "ready");
});

Deno.test("step 3 of a plugin's life: it is given its configuration and the name that it runs under", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin((host, config) => ({ start: () => host.log(host.name + " " + JSON.stringify(config)) }));`;
  await using bench = await HostBench.run({ code }, { config: { name: "lobby", config: { door: 7 } } });
  deepEqual(bench.told[0], ["enable", ["lobby"]]);
  match(bench.logText, /lobby \{"door":7\}/);
});

const DEFAULTS = {
  type: "object",
  properties: {
    port: { type: "integer", default: 5060 },
    register: {
      type: "object",
      properties: { least: { type: "integer", default: 60 }, most: { type: "integer", default: 300 } },
      default: { least: 60, most: 300 },
    },
    doors: {
      type: "array",
      items: { type: "object", properties: { name: { type: "string" }, bell: { type: "boolean", default: true } } },
    },
    note: { type: "string" },
  },
};

const SAYING = `import { definePlugin } from "switchroom/plugin";
export default definePlugin((host, config) => ({ start: () => host.log(JSON.stringify(config)) }));`;

for (
  const [what, config, given] of [
    ["nothing", {}, { port: 5060, register: { least: 60, most: 300 } }],
    ["a part of a part", { register: { most: 900 } }, { port: 5060, register: { least: 60, most: 900 } }],
    ["entries of a list", { doors: [{ name: "north" }, { bell: false }] }, {
      port: 5060,
      register: { least: 60, most: 300 },
      doors: [{ name: "north", bell: true }, { bell: false }],
    }],
    ["more than the schema names", { port: 1, colour: "red" }, {
      port: 1,
      register: { least: 60, most: 300 },
      colour: "red",
    }],
  ] as const
) {
  Deno.test(`step 3 of a plugin's life: a configuration that says ${what} is handed over with the manifest's defaults`, async () => {
    await using bench = await HostBench.run({ code: SAYING, manifest: { config: DEFAULTS } }, { config: { config } });
    deepEqual(JSON.parse(bench.logText), given);
  });
}

Deno.test("without a schema the configuration is handed over as it is", async () => {
  const config = { any: [{ thing: null }], at: { all: 1 } };
  await using bench = await HostBench.run({ code: SAYING }, { config: { config } });
  deepEqual(JSON.parse(bench.logText), config);
});

Deno.test("an operation goes there and its completion comes back; a getter answers; a refusal is the driver's", async () => {
  await using bench = await HostBench.run({
    code: onePhone(`{
      open() {},
      devSpecific({ params }) { if (params.length === 0) throw new PhoneError("INVALPOINTER", "Nothing to do"); },
      getRing: () => ({ mode: 2, volume: 9 }),
    }`),
  });
  await bench.process.open("p", NOTHING);
  bench.operate(7, { params: { params: "AQ==" } });
  bench.operate(8);
  deepEqual(await bench.until("8", ([name, id]) => name === "completed" && id === 8), [
    "completed",
    8,
    new PhoneError("INVALPOINTER").value,
    "Nothing to do",
  ]);
  deepEqual(await bench.until("7", ([name, id]) => name === "completed" && id === 7), ["completed", 7, 0]);
  deepEqual(await bench.process.get("p", { getter: "getRing", params: {} }), { mode: 2, volume: 9 });
  await rejects(bench.process.get("p", { getter: "getLamp", params: { lamp: 0 } }), {
    code: "PHONEERR_OPERATIONUNAVAIL",
  });
  await bench.process.close("p");
});

Deno.test("a getter whose result is not valid fails, is logged, and costs nothing else", async () => {
  await using bench = await HostBench.run({ code: onePhone(`{ getRing: () => ({ mode: 1, volume: 70000 }) }`) });
  await bench.process.open("p", NOTHING);
  await rejects(bench.process.get("p", { getter: "getRing", params: {} }), {
    code: "PHONEERR_OPERATIONFAILED",
    message: /getRing.*volume/,
  });
  match(bench.logText, /getRing of phone p gave no valid result/);
  equal(bench.condition.state, "ready");
});

Deno.test("the condition shows memory, processor and lag of the process", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}") });
  await bench.process.open("p", NOTHING);
  ok(bench.condition.rssBytes > 1_000_000);
  ok(bench.condition.cpu >= 0 && bench.condition.lagMs >= 0);
  equal(bench.condition.restarts, 0);
});

Deno.test("invariant 6, step 7 of a plugin's life: one that ends is told as a crash; whoever waits is told; it is restarted, and given up the third time", async () => {
  await using bench = await HostBench.run({
    code: onePhone("{ devSpecific() { Deno.exit(3); }, getRing: () => new Promise(() => {}) }"),
  });
  for (const count of [1, 2, 3]) {
    await bench.untilTrue(`process ${count}`, () => bench.told.filter(([name]) => name === "ready").length === count);
    await bench.process.open("p", NOTHING);
    const ring = bench.process.get("p", { getter: "getRing", params: {} });
    const told = rejects(ring, UNAVAILABLE);
    bench.operate(count);
    await told;
    await bench.untilTrue(`end ${count}`, () => bench.told.filter(([name]) => name === "gone").length === count);
  }
  await bench.untilTrue("givenUp", () => bench.condition.state === "givenUp");
  const { state, detail, restarts } = bench.condition;
  equal(state, "givenUp");
  equal(restarts, 2);
  match(detail, /^it ended 3 times within five minutes, the last time because its process ended with exit code 3/);
  equal(bench.log.some(({ level, text }) => level === "error" && text === detail), true, "an operator is told");
  deepEqual(bench.told.filter(([name]) => name === "gone").map(([, cause]) => cause), Array(3).fill("pluginCrash"));
  await rejects(bench.process.open("p", NOTHING), UNAVAILABLE);
  bench.operate(99);
  bench.process.abort(99);
  bench.process.kill("it is dead already");
});

for (
  const [what, statement] of [
    ["an unhandled rejection", `Promise.reject(new Error("the bell is broken"))`],
    ["an error that nobody caught", `setTimeout(() => { throw new Error("the bell is broken"); }, 0)`],
  ] as const
) {
  Deno.test(`step 7 of a plugin's life: ${what} ends it, and its words are told`, async () => {
    await using bench = await HostBench.run({ code: onePhone(`{ devSpecific() { ${statement}; } }`) });
    await bench.process.open("p", NOTHING);
    bench.operate(1);
    deepEqual(await bench.until("gone", ([name]) => name === "gone"), [
      "gone",
      "pluginCrash",
      "Error: the bell is broken",
    ]);
  });
}

Deno.test("what a dying plugin said before its end is heard before gone", async () => {
  await using bench = await HostBench.run({
    code: onePhone("{ devSpecific(_, { requestId }) { if (requestId === 100) Promise.reject(1); } }"),
  });
  await bench.process.open("p", NOTHING);
  for (let id = 1; id <= 100; id++) bench.operate(id);
  await bench.until("gone", ([name]) => name === "gone");
  const ids = bench.told.filter(([name]) => name === "completed").map(([, id]) => id);
  ok(ids.length >= 99, `${ids.length} completions`);
  equal(
    bench.told.findIndex(([name]) => name === "gone") > bench.told.findLastIndex(([name]) => name === "completed"),
    true,
  );
});

Deno.test("step 7 of a plugin's life: one in an endless loop misses its heartbeats, is killed and told as hung; what it said before is in the log", async () => {
  await using bench = await HostBench.run(
    { code: onePhone('{ devSpecific() { host.log("into the loop"); for (;;); } }') },
    { bounds: { heartbeatMs: 250 } },
  );
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  const close = rejects(bench.process.close("p"), UNAVAILABLE);
  const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
  await close;
  equal(cause, "pluginHang");
  match(String(detail), /missed 3 heartbeats of 250 ms/);
  match(bench.logText, /into the loop/);
});

Deno.test("step 4 of a plugin's life: one that is not ready in time is killed, and given up the third time, in words", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin(() => ({ start: () => new Promise(() => {}) }));`;
  await using bench = await HostBench.run({ code }, { bounds: { startMs: 1_500 } });
  equal(bench.condition.state, "givenUp");
  match(bench.condition.detail, /not ready within 1500 ms/);
});

Deno.test("step 4 of a plugin's life: a start that rejects is tried again, and its words are told", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin(() => ({ start() { throw new Error("no route to the exchange"); } }));`;
  await using bench = await HostBench.run({ code });
  equal(bench.condition.state, "givenUp");
  match(bench.condition.detail, /could not start: no route to the exchange/);
  equal(bench.condition.restarts, 2);
});

Deno.test("step 2 of a plugin's life: a module that throws while it is loaded is told in its own words", async () => {
  await using bench = await HostBench.run({ code: `throw new Error("my battery is empty");` });
  equal(bench.condition.state, "givenUp");
  match(bench.condition.detail, /my battery is empty/);
});

Deno.test("a plugin that takes more memory than its heap may have costs itself only", async () => {
  await using bench = await HostBench.run(
    { code: onePhone("{ devSpecific() { const all = []; for (;;) all.push(new Array(10_000).fill(all.length)); } }") },
    { config: { heapMb: 32 } },
  );
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  const [, cause, detail] = await bench.until("gone", ([name]) => name === "gone");
  equal(cause, "pluginCrash");
  match(String(detail), /memory/i);
});

Deno.test("step 5 of a plugin's life: kill ends one that keeps no deadline: an operation that never settles on close", async () => {
  await using bench = await HostBench.run({ code: onePhone("{ devSpecific: () => new Promise(() => {}) }") });
  await bench.process.open("p", NOTHING);
  bench.operate(1);
  const close = rejects(bench.process.close("p"), UNAVAILABLE);
  bench.process.kill("the close of p did not end");
  await close;
  deepEqual(await bench.until("gone", ([name]) => name === "gone"), [
    "gone",
    "pluginHang",
    "the close of p did not end",
  ]);
});

Deno.test("R79, R80, step 6 of a plugin's life: a stop releases the phones first, lets the plugin stop, and nothing is told after gone", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin((host) => ({ stop: () => host.log("good night") }));`;
  await using bench = await HostBench.run({ code });
  await bench.host.stop();
  deepEqual(bench.told.slice(-3).map(([name]) => name), ["release", "gone", "settle"]);
  deepEqual(bench.told.at(-2), ["gone", "pluginStop", "it was told to stop"]);
  match(bench.logText, /good night/);
  equal(bench.condition.state, "stopped");
});

Deno.test("step 6 of a plugin's life: one that does not stop is killed after its bound", async () => {
  const code = `import { definePlugin } from "switchroom/plugin";
    export default definePlugin(() => ({ stop: () => new Promise(() => {}) }));`;
  await using bench = await HostBench.run({ code }, { bounds: { stopMs: 100 } });
  await bench.host.stop();
  equal(bench.condition.state, "stopped");
  match(bench.logText, /did not stop within 100 ms/);
});

Deno.test("a plugin that hangs while it is stopped, or waits for its next start, is stopped all the same", async () => {
  await using hanging = await HostBench.run({ code: onePhone("{ devSpecific() { for (;;); } }") }, {
    bounds: { stopMs: 100 },
  });
  await hanging.process.open("p", NOTHING);
  hanging.operate(1);
  await hanging.host.stop();
  equal(hanging.condition.state, "stopped");

  await using waiting = await HostBench.of(async (parent) => [{
    source: await writePlugin(parent, { code: "Deno.exit(1);" }),
  }], { bounds: { backOffMs: 500 } });
  await waiting.host.start();
  await waiting.untilTrue("a crash", () => waiting.condition.state === "backingOff");
  await waiting.host.stop();
  equal(waiting.condition.state, "stopped");
});

Deno.test("a stop does not wait for ever for a core that cannot write down what has gone", async () => {
  await using bench = await HostBench.run({ code: onePhone("{}") }, { bounds: { stopMs: 100 } });
  const disk = Promise.withResolvers<void>();
  bench.telling = disk.promise;
  await bench.host.stop();
  equal(bench.told.at(-1)?.[0], "gone");
  disk.resolve();
  await bench.untilTrue("the end", () => bench.condition.state === "stopped");
});

Deno.test("several plugins live side by side; one that is not enabled is not started; one crash is nobody else's", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const good = await writePlugin(parent, { code: onePhone("{}"), manifest: { name: "good" } });
    return [
      { source: await writePlugin(parent, { code: "Deno.exit(1);", manifest: { name: "bad" } }) },
      { source: good },
      { source: good, name: "off", enabled: false },
      { source: good, name: "again" },
    ];
  });
  await bench.host.start();
  const states = () => bench.host.conditions().map(({ state }) => state);
  await bench.untilTrue(
    "the end",
    () => states().includes("givenUp") && states().filter((is) => is === "ready")[1] !== undefined,
  );
  deepEqual(bench.told[0], ["enable", ["bad", "good", "again"]]);
  deepEqual(bench.host.conditions().map(({ name, state }) => [name, state]), [
    ["bad", "givenUp"],
    ["good", "ready"],
    ["off", "stopped"],
    ["again", "ready"],
  ]);
});

Deno.test("two plugins of one name are refused in words before anything is started", async () => {
  await using bench = await HostBench.of(async (parent) => {
    const source = await writePlugin(parent, { code: onePhone("{}") });
    return [{ source }, { source }];
  });
  await rejects(bench.host.start(), /two of them are named test; give one another "name"/);
  deepEqual(bench.told, []);
});
