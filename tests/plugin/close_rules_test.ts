import { deepEqual, equal } from "node:assert/strict";
import { definePlugin, type DriverContext, type PartialCapabilities, PhoneError } from "../../server/plugin/mod.ts";
import { WIRE_VERSION } from "../../server/wire/mod.ts";
import { Bench, EVERYTHING, onePhone, openPhone } from "./testbed.ts";

const FAILED = new PhoneError("OPERATIONFAILED").value;
const lampOn = (lamp: number) => ({ operation: "setLamp", params: { lamp, mode: "steady" } }) as const;
const LAMP = lampOn(0);
const CAPABILITIES: PartialCapabilities = {
  buttons: [0, 1, 2, 3].map((id) => ({ id, mode: "feature", lampModes: ["off", "steady"] })),
};

/** Rejects as soon as the operation is to be given up. */
function untilAborted({ signal }: DriverContext): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

Deno.test("R11, R12: an open is acknowledged only when the driver has opened, and nothing is reported before", async () => {
  const opening = Promise.withResolvers<void>();
  const { bench, phone } = await onePhone({ open: () => opening.promise });
  const before = bench.said.length;
  const open = bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  phone.state("lamp", 0);
  phone.button(0, "feature", "down");
  phone.devSpecific(new Uint8Array([1]));
  await Promise.resolve();
  deepEqual(bench.typesAfter(before), []);
  opening.resolve();
  await open;
  phone.state("lamp", 0);
  deepEqual(bench.typesAfter(before), ["answer", "state"]);
});

Deno.test("R12: a report made inside open's last step comes after the acknowledgement or not at all", async () => {
  const { bench, phone } = await onePhone({
    open() {
      queueMicrotask(() => queueMicrotask(() => phone.state("lamp", 1)));
      phone.state("lamp", 0);
    },
  });
  const before = bench.said.length;
  await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  await bench.call({ type: "want", phone: "p", wanted: EVERYTHING });
  equal(bench.typesAfter(before)[0], "answer");
});

Deno.test("R14: a refused open leaves the phone closed: the driver is not closed, and it can be opened again", async () => {
  const calls: string[] = [];
  const { bench } = await onePhone({
    open() {
      calls.push("open");
      if (calls.length === 1) throw new PhoneError("ALLOCATED", "The port is taken");
    },
    close: () => void calls.push("close"),
  });
  const refused = await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  equal(refused.type === "refuse" && refused.result, new PhoneError("ALLOCATED").value);
  equal((await bench.call({ type: "open", phone: "p", wanted: EVERYTHING })).type, "answer");
  deepEqual(calls, ["open", "open"]);
});

Deno.test("R54, R55, R56, step 5 of a plugin's life: a close aborts and completes every outstanding operation, then closes the driver, then is acknowledged", async () => {
  const order: string[] = [];
  const { bench } = await openPhone({
    setLamp: (_, context) => untilAborted(context),
    close: () => void order.push("driver closed"),
  }, { capabilities: CAPABILITIES });
  for (const id of [1, 2, 3]) bench.operate(id, lampOn(id));
  const before = bench.said.length;
  const end = await bench.call({ type: "close", phone: "p" });
  equal(end.type, "answer");
  deepEqual(bench.said.slice(before), [
    ...[1, 2, 3].map((requestId) => ({ type: "done", requestId, result: FAILED, message: "The phone is closing" })),
    end,
  ]);
  deepEqual(order, ["driver closed"]);
});

Deno.test("R54: an operation that is really finished while closing keeps its true result", async () => {
  const { bench } = await openPhone({
    setLamp: ({ mode }, { signal }) =>
      new Promise((resolve, reject) =>
        signal.addEventListener("abort", () => mode === "steady" ? resolve() : reject(new PhoneError(0xC0000007)))
      ),
  }, { capabilities: CAPABILITIES });
  bench.operate(1, LAMP);
  bench.operate(2, { operation: "setLamp", params: { lamp: 1, mode: "off" } });
  await bench.call({ type: "close", phone: "p" });
  equal(await bench.result(1), 0);
  equal(await bench.result(2), new PhoneError(0xC0000007).value);
});

Deno.test("R55: a close waits for an operation that ignores its signal, also for one past its deadline", async () => {
  const work = Promise.withResolvers<void>();
  const { bench } = await openPhone({ setLamp: () => work.promise }, { capabilities: CAPABILITIES });
  bench.operate(1, LAMP);
  bench.say({ type: "abort", requestId: 1 });
  const close = bench.call({ type: "close", phone: "p" });
  const before = bench.said.length;
  await bench.call({ type: "want", phone: "p", wanted: EVERYTHING });
  deepEqual(bench.typesAfter(before), ["answer"], "only the answer to want");
  work.resolve();
  await close;
  deepEqual(bench.typesAfter(before), ["answer", "state", "done", "answer"]);
});

Deno.test("R57: after the close is acknowledged nothing comes from the phone", async () => {
  const late = Promise.withResolvers<void>();
  const { bench, phone } = await openPhone({
    close() {
      late.promise.then(() => phone.state("lamp", 0));
    },
  });
  await bench.call({ type: "close", phone: "p" });
  const before = bench.said.length;
  late.resolve();
  phone.state("lamp", 0);
  phone.button(0, "feature", "down");
  phone.devSpecific(new Uint8Array([1]));
  await phone.forceClose();
  deepEqual(bench.typesAfter(before), []);
  deepEqual(phone.wanted, { states: [], buttonModes: [], buttonStates: [] });
});

Deno.test("R58: a closed phone can be opened again, and a close that throws closes it all the same (R59)", async () => {
  const { bench, phone } = await openPhone({
    close() {
      throw new Error("the cable is stuck");
    },
  });
  equal((await bench.call({ type: "close", phone: "p" })).type, "answer");
  equal((await bench.call({ type: "open", phone: "p", wanted: EVERYTHING })).type, "answer");
  const before = bench.said.length;
  phone.state("lamp", 3);
  deepEqual(bench.said.slice(before), [{ type: "state", phone: "p", states: ["lamp"], detail: 3 }]);
  equal(bench.said.some((message) => message.type === "log" && /cable is stuck/.test(message.text)), true);
});

Deno.test("step 5 of a plugin's life: overlapping opens and closes of one phone take turns", async () => {
  const calls: string[] = [];
  let under = 0;
  const step = (name: string) => async () => {
    equal(++under, 1, "nothing else is under way");
    calls.push(name);
    await Promise.resolve();
    under--;
  };
  const { bench } = await onePhone({ open: step("open"), close: step("close") });
  await Promise.all([
    bench.call({ type: "open", phone: "p", wanted: EVERYTHING }),
    bench.call({ type: "close", phone: "p" }),
    bench.call({ type: "open", phone: "p", wanted: EVERYTHING }),
    bench.call({ type: "close", phone: "p" }),
  ]);
  deepEqual(calls, ["open", "close", "open", "close"]);
});

Deno.test("an operation for a phone that is closed, closing or not there is completed at once as failed", async () => {
  const work = Promise.withResolvers<void>();
  let calls = 0;
  const { bench } = await onePhone({ setLamp: () => (calls++, work.promise) }, { capabilities: CAPABILITIES });
  bench.operate(1, LAMP);
  equal(await bench.result(1), FAILED);
  await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  bench.operate(2, LAMP);
  const close = bench.call({ type: "close", phone: "p" });
  // The close takes its turn in the next microtask; it is under way as soon as another call has been answered.
  await bench.call({ type: "want", phone: "p", wanted: EVERYTHING });
  bench.operate(3, LAMP);
  equal(await bench.result(3), FAILED);
  work.resolve();
  await close;
  bench.say({ type: "operate", requestId: 4, phone: "nobody", remainingMs: 1_000, ...LAMP });
  equal(await bench.result(4), FAILED);
  equal(calls, 1);
});

Deno.test("R64, R69, step 5 of a plugin's life: a forced close completes everything before it is told, and does not close the driver", async () => {
  const calls: string[] = [];
  const { bench, phone } = await openPhone({
    setLamp: (_, context) => untilAborted(context),
    close: () => void calls.push("close"),
  }, { capabilities: CAPABILITIES });
  bench.operate(1, LAMP);
  bench.operate(2, lampOn(1));
  const before = bench.said.length;
  await phone.forceClose();
  deepEqual(bench.typesAfter(before), ["forceClosing", "done", "done", "forceClosed"]);
  deepEqual(calls, []);
  phone.state("lamp", 0);
  deepEqual(bench.typesAfter(before + 4), []);
});

Deno.test("R70: after a forced close the phone can be opened again", async () => {
  const { bench, phone } = await openPhone({});
  await phone.forceClose();
  equal((await bench.call({ type: "open", phone: "p", wanted: EVERYTHING })).type, "answer");
});

Deno.test("a close that crosses a forced close is acknowledged after it, without closing the driver", async () => {
  const calls: string[] = [];
  const { bench, phone } = await openPhone({ close: () => void calls.push("close") });
  const before = bench.said.length;
  const forced = phone.forceClose();
  await bench.call({ type: "close", phone: "p" });
  await forced;
  deepEqual(bench.typesAfter(before), ["forceClosing", "forceClosed", "answer"]);
  deepEqual(calls, []);
});

Deno.test("a phone that is being removed is closed by the server first, and says nothing afterwards", async () => {
  const { bench, phone } = await openPhone({});
  const removing = new Bench(definePlugin((host) => ({
    async start() {
      await host.addPhone({ id: "q", name: "Q" }, {});
      await host.removePhone("q");
    },
  })));
  removing.say({ type: "hello", wire: WIRE_VERSION, name: "test", config: {}, beatMs: 1_000 });
  await removing.until("ready", (message) => {
    if (message.type === "addPhone" || message.type === "removePhone") {
      removing.say({ type: "answer", call: message.call });
    }
    return message.type === "ready";
  });
  const end = await removing.call({ type: "open", phone: "q", wanted: EVERYTHING });
  equal(end.type, "refuse");
  phone.connected = false;
  equal(bench.said.at(-1)?.type, "connected");
});

Deno.test("R80, step 6 of a plugin's life: after its stop a plugin says nothing any more", async () => {
  let say = () => {};
  const bench = new Bench(definePlugin((host) => ({
    start: async () => {
      const phone = await host.addPhone({ id: "p", name: "P" }, {});
      say = () => {
        host.log("still here");
        phone.connected = !phone.connected;
      };
    },
    stop: () => say(),
  })));
  await bench.start();
  const before = bench.said.length;
  bench.say({ type: "stop" });
  await bench.until("stopped", ({ type }) => type === "stopped");
  say();
  deepEqual(bench.typesAfter(before), ["log", "connected", "stopped"]);
});
