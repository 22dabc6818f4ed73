/**
 * The life of a plugin, as `Plugin` tells it by its steps: what the SDK leads it through.
 * `tests/host/plugin_life_test.ts` has what the host does.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { definePlugin, type Driver, type Plugin } from "../../server/plugin/mod.ts";
import { WIRE_VERSION } from "../../server/wire/mod.ts";
import { turn } from "../harness/turn.ts";
import { Bench, EVERYTHING, onePhone, openPhone } from "./testbed.ts";

const HELLO = { type: "hello", wire: WIRE_VERSION, name: "test", config: {}, beatMs: 1_000 } as const;
const FEATURE = { capabilities: { buttons: [{ id: 0, lampModes: ["off" as const, "steady" as const] }] } };
const LAMP = { operation: "setLamp", params: { lamp: 0, mode: "steady" } } as const;

Deno.test("steps 3 and 4 of a plugin's life: the factory is called once, and start once, after it has given the plugin", async () => {
  const calls: string[] = [];
  const made = Promise.withResolvers<Plugin>();
  const bench = new Bench(definePlugin((host, config) => {
    calls.push(`made of ${host.name} and ${JSON.stringify(config)}`);
    return made.promise;
  }));
  bench.say({ ...HELLO, config: { door: 7 } });
  await turn();
  deepEqual(calls, ['made of test and {"door":7}']);
  made.resolve({ start: () => void calls.push("started") });
  await bench.until("ready", ({ type }) => type === "ready");
  deepEqual(calls, ['made of test and {"door":7}', "started"]);
});

Deno.test("step 6 of a plugin's life: a stop that comes while the factory is under way finds nothing to be called", async () => {
  const calls: string[] = [];
  const made = Promise.withResolvers<Plugin>();
  const bench = new Bench(definePlugin(() => made.promise));
  bench.say(HELLO);
  bench.say({ type: "stop" });
  await bench.until("stopped", ({ type }) => type === "stopped");
  made.resolve({ stop: () => void calls.push("stop") });
  await turn();
  deepEqual(calls, []);
  deepEqual(bench.said.map(({ type }) => type), ["hello", "stopped"]);
});

for (const how of ["fulfils", "rejects"] as const) {
  Deno.test(`step 6 of a plugin's life: stop is called while start is under way, once, and nobody hears that this ${how} then`, async () => {
    const calls: string[] = [];
    const starting = Promise.withResolvers<void>();
    const bench = new Bench(definePlugin(() => ({
      start() {
        calls.push("start");
        return starting.promise;
      },
      stop: () => void calls.push("stop"),
    })));
    bench.say(HELLO);
    await turn();
    bench.say({ type: "stop" });
    await bench.until("stopped", ({ type }) => type === "stopped");
    if (how === "fulfils") starting.resolve();
    else starting.reject(new Error("no line"));
    await turn();
    deepEqual(calls, ["start", "stop"]);
    deepEqual(bench.said.map(({ type }) => type), ["hello", "stopped"]);
  });
}

Deno.test("step 5 of a plugin's life: a phone that hangs while it is opened or closed keeps no other waiting", async () => {
  const opened: string[] = [];
  const driver = (id: string): Driver => ({
    open() {
      opened.push(id);
      if (id === "stuck") return new Promise(() => {});
    },
    close: () => id === "stuck too" ? new Promise(() => {}) : undefined,
  });
  const bench = new Bench(definePlugin((host) => ({
    async start() {
      await host.addPhone({ id: "stuck", name: "S" }, driver("stuck"));
      await host.addPhone({ id: "closing", name: "C" }, driver("stuck too"));
      await host.addPhone({ id: "free", name: "F" }, driver("free"));
    },
  })));
  await bench.start();
  bench.say({ type: "open", call: 100, phone: "stuck", wanted: EVERYTHING });
  await bench.call({ type: "open", phone: "closing", wanted: EVERYTHING });
  bench.say({ type: "close", call: 101, phone: "closing" });
  equal((await bench.call({ type: "open", phone: "free", wanted: EVERYTHING })).type, "answer");
  equal((await bench.call({ type: "close", phone: "free" })).type, "answer");
  deepEqual(opened, ["stuck", "stuck too", "free"]);
});

Deno.test("step 5 of a plugin's life: no operation reaches a driver while its phone is being opened", async () => {
  const calls: string[] = [];
  const opening = Promise.withResolvers<void>();
  const { bench } = await onePhone({ open: () => opening.promise, setLamp: () => void calls.push("setLamp") }, FEATURE);
  const open = bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  await turn();
  bench.operate(1, LAMP);
  equal(await bench.result(1) === 0, false);
  opening.resolve();
  await open;
  deepEqual(calls, []);
  bench.operate(2, LAMP);
  equal(await bench.result(2), 0);
  deepEqual(calls, ["setLamp"]);
});

Deno.test("step 5 of a plugin's life: no operation is under way during a driver's close, but a getter may be", async () => {
  const calls: string[] = [];
  const ring = Promise.withResolvers<{ mode: number; volume: number }>();
  const { bench } = await openPhone({
    async setLamp(_, { signal }) {
      calls.push("setLamp begins");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await turn();
      calls.push("setLamp ends");
    },
    getRing: () => ring.promise,
    close: () => void calls.push("close"),
  }, FEATURE);
  bench.operate(1, LAMP);
  const asked = bench.call({ type: "get", phone: "p", getter: "getRing", params: {} });
  equal((await bench.call({ type: "close", phone: "p" })).type, "answer");
  deepEqual(calls, ["setLamp begins", "setLamp ends", "close"]);
  ring.resolve({ mode: 1, volume: 2 });
  const answer = await asked;
  deepEqual(answer.type === "answer" && answer.value, { mode: 1, volume: 2 });
});
