/**
 * Operations on the same item are under way one after the other (R101).
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  definePlugin,
  type Driver,
  type DriverContext,
  type OperationName,
  OPERATIONS,
  type OrderedOperation,
  type PartialCapabilities,
  PhoneError,
} from "../../server/plugin/mod.ts";
import { turn } from "../harness/turn.ts";
import { Bench, EVERYTHING, openPhone } from "./testbed.ts";

const FAILED = new PhoneError("OPERATIONFAILED").value;
const LAMPS = ["off" as const, "steady" as const];
const CAPABILITIES: PartialCapabilities = {
  hookSwitchDevices: ["handset", "speaker", "headset"],
  hookSwitchModes: {
    handset: { settable: ["onHook", "micSpeaker"] },
    speaker: { settable: ["onHook", "micSpeaker"] },
    headset: { settable: ["onHook", "micSpeaker"] },
  },
  volumeDevices: ["handset", "speaker"],
  gainDevices: ["handset", "speaker"],
  display: { rows: 2, columns: 4 },
  ringModes: 3,
  buttons: [0, 1, 2].map((id) => ({ id, mode: "feature" as const, lampModes: LAMPS })),
  setData: [4, 4],
};

type Asked = Parameters<Bench["operate"]>[1];

const lamp = (lamp: number, mode: "off" | "steady" = "steady"): Asked => ({
  operation: "setLamp",
  params: { lamp, mode },
});
const hook = (...devices: ("handset" | "speaker" | "headset")[]): Asked => ({
  operation: "setHookSwitch",
  params: { devices, mode: "micSpeaker" },
});

/** A phone whose driver holds every operation until the test lets go of it, by its request. */
async function holding(more: Driver = {}) {
  /** The requests that the driver was called for, in order. */
  const called: number[] = [];
  const held = new Map<number, PromiseWithResolvers<void>>();
  const hold = (_: unknown, { requestId }: DriverContext) => {
    called.push(requestId);
    const end = Promise.withResolvers<void>();
    held.set(requestId, end);
    return end.promise;
  };
  const methods = Object.fromEntries(OPERATIONS.map((name: OperationName) => [name, hold]));
  const { bench, phone } = await openPhone({ ...methods, ...more }, { capabilities: CAPABILITIES });
  return {
    bench,
    phone,
    called,
    letGo: (requestId: number) => held.get(requestId)?.resolve(),
    /** Lets go of one and waits for its completion and for whatever that sets going. */
    async end(requestId: number) {
      held.get(requestId)?.resolve();
      equal(await bench.result(requestId), 0);
      await turn();
    },
  };
}

/** Pairs on the same item, and one that sets something else. */
const ITEMS: [item: string, first: Asked, second: Asked, other: Asked][] = [
  ["a lamp", lamp(0), lamp(0, "off"), lamp(1)],
  [
    "a button",
    ...[0, 0, 1].map((button): Asked => ({
      operation: "setButtonInfo",
      params: { button, mode: "feature", function: "hold", text: "" },
    })) as [Asked, Asked, Asked],
  ],
  [
    "a data area",
    ...[0, 0, 1].map((dataId): Asked => ({
      operation: "setData",
      params: { dataId, data: "" },
    })) as [Asked, Asked, Asked],
  ],
  [
    "the display",
    { operation: "setDisplay", params: { row: 0, column: 0, text: "a" } },
    { operation: "setDisplay", params: { row: 1, column: 0, text: "b" } },
    { operation: "setRing", params: { mode: 1, volume: 1 } },
  ],
  [
    "the ring",
    { operation: "setRing", params: { mode: 1, volume: 1 } },
    { operation: "setRing", params: { mode: 0, volume: 1 } },
    lamp(1),
  ],
  [
    "a volume",
    ...(["handset", "handset", "speaker"] as const).map((device): Asked => ({
      operation: "setVolume",
      params: { device, volume: 1 },
    })) as [Asked, Asked, Asked],
  ],
  [
    "a gain",
    ...(["handset", "handset", "speaker"] as const).map((device): Asked => ({
      operation: "setGain",
      params: { device, gain: 1 },
    })) as [Asked, Asked, Asked],
  ],
  ["a hookswitch", hook("handset"), hook("handset"), hook("speaker")],
];

for (const [item, first, second, other] of ITEMS) {
  Deno.test(`R101: a second operation on ${item} waits for the first, another (R39) does not`, async () => {
    const { bench, called, end } = await holding();
    bench.operate(1, first);
    bench.operate(2, second);
    bench.operate(3, other);
    await turn();
    deepEqual(called, [1, 3]);
    await end(3);
    deepEqual(called, [1, 3]);
    await end(1);
    deepEqual(called, [1, 3, 2]);
    await end(2);
  });
}

Deno.test("R101: the volume, the gain, the hookswitch and the ring of a phone, and the lamp and the meaning of a button, are each for themselves", async () => {
  const { bench, called } = await holding();
  ITEMS.forEach(([, first], index) => bench.operate(index, first));
  await turn();
  deepEqual(called, ITEMS.map((_, index) => index));
});

Deno.test("R101: an operation on several hookswitches belongs to each of them", async () => {
  const { bench, called, end } = await holding();
  [hook("handset"), hook("speaker"), hook("handset", "speaker"), hook("speaker"), hook("headset")].forEach(
    (asked, index) => bench.operate(index + 1, asked),
  );
  await turn();
  deepEqual(called, [1, 2, 5]);
  await end(2);
  deepEqual(called, [1, 2, 5], "it waits for both");
  await end(1);
  deepEqual(called, [1, 2, 5, 3]);
  await end(3);
  deepEqual(called, [1, 2, 5, 3, 4]);
});

Deno.test("R101: what an operation leaves behind does not depend on how long it takes", async () => {
  let rings = 0;
  const { bench } = await openPhone({
    async setRing({ mode }) {
      await new Promise((resolve) => setTimeout(resolve, mode === 1 ? 20 : 0));
      rings = mode;
    },
  }, { capabilities: CAPABILITIES });
  bench.operate(1, { operation: "setRing", params: { mode: 1, volume: 1 } });
  bench.operate(2, { operation: "setRing", params: { mode: 0, volume: 1 } });
  await bench.result(2);
  equal(rings, 0);
  deepEqual(bench.said.flatMap((said) => said.type === "done" ? [said.requestId] : []), [1, 2]);
});

Deno.test("R101: an operation that fails lets the next come", async () => {
  const { bench } = await openPhone({
    setLamp({ mode }) {
      if (mode === "off") throw new PhoneError("RESOURCEUNAVAIL", "No");
    },
  }, { capabilities: CAPABILITIES });
  bench.operate(1, lamp(0, "off"));
  bench.operate(2, lamp(0));
  equal(await bench.result(2), 0);
});

Deno.test("R101: devSpecific is never ordered, nor is what the driver lets overlap", async () => {
  const { bench, called } = await holding({ overlapping: ["setLamp"] });
  for (const id of [1, 2]) bench.operate(id, { operation: "devSpecific", params: { params: "" } });
  for (const id of [3, 4]) bench.operate(id, lamp(0));
  for (const id of [5, 6]) bench.operate(id, hook("handset"));
  await turn();
  deepEqual(called, [1, 2, 3, 4, 5]);
});

for (const name of ["lamp", "devSpecific", "getLamp"]) {
  Deno.test(`a driver cannot let ${name} overlap: the phone is not added, and it is said why`, async () => {
    const driver: Driver = { overlapping: [name as OrderedOperation] };
    const bench = new Bench(
      definePlugin((host) => ({ start: async () => void await host.addPhone({ id: "p", name: "P" }, driver) })),
    );
    await bench.start();
    const failed = bench.said.find((said) => said.type === "startFailed");
    match(failed?.message ?? "", new RegExp(`overlapping has "${name}", but must be one of setButtonInfo setData`));
    equal(failed?.verdict, "never");
  });
}

Deno.test("R101, R54: a close completes at once what waits, and the driver is never called for it", async () => {
  const { bench, called, letGo } = await holding();
  for (const id of [1, 2, 3]) bench.operate(id, lamp(0));
  const closing = bench.call({ type: "close", phone: "p" });
  equal(await bench.result(2), FAILED);
  equal(await bench.result(3), FAILED);
  equal(bench.said.some((said) => said.type === "done" && said.requestId === 1), false);
  letGo(1);
  await closing;
  equal(await bench.result(1), 0);
  await turn();
  deepEqual(called, [1]);
  deepEqual(completions(bench), [1, 2, 3]);
});

Deno.test("R101, R64: a forced close completes at once what waits, and the phone begins anew when it is opened again", async () => {
  const { bench, phone, called, letGo, end } = await holding();
  for (const id of [1, 2]) bench.operate(id, lamp(0));
  const closing = phone.forceClose();
  equal(await bench.result(2), FAILED);
  letGo(1);
  await closing;
  await bench.call({ type: "open", phone: "p", wanted: EVERYTHING });
  bench.operate(3, lamp(0));
  await turn();
  deepEqual(called, [1, 3]);
  await end(3);
});

Deno.test("R101: a deadline completes at once what waits; what follows it waits on for the first", async () => {
  const { bench, called, end } = await holding();
  for (const id of [1, 2, 3]) bench.operate(id, lamp(0));
  bench.say({ type: "abort", requestId: 2 });
  equal(await bench.result(2), FAILED);
  await turn();
  deepEqual(called, [1]);
  await end(1);
  deepEqual(called, [1, 3]);
  await end(3);
  deepEqual(completions(bench), [1, 2, 3]);
});

Deno.test("R101: one that was given up while it waited at two hookswitches does not tie them together", async () => {
  const { bench, called, end } = await holding();
  [hook("speaker"), hook("speaker", "handset"), hook("handset")].forEach((asked, index) =>
    bench.operate(index + 1, asked)
  );
  await turn();
  deepEqual(called, [1]);
  bench.say({ type: "abort", requestId: 2 });
  await turn();
  deepEqual(called, [1, 3]);
  await end(3);
  await end(1);
});

Deno.test("R101: one that hangs holds up its own item until its deadline, and the phone goes on", async () => {
  const { bench, called, end, letGo } = await holding();
  for (const id of [1, 2, 3]) bench.operate(id, lamp(0));
  bench.operate(4, lamp(1));
  await end(4);
  bench.say({ type: "abort", requestId: 1 });
  await turn();
  deepEqual(called, [1, 4, 2]);
  // What comes back from the dead is no one's turn.
  letGo(1);
  await turn();
  deepEqual(called, [1, 4, 2]);
  await end(2);
  await end(3);
  deepEqual(completions(bench), [1, 2, 3, 4]);
});

Deno.test("R101: an operation that hung past its deadline does not hold up one that is asked for afterwards", async () => {
  const { bench, called, end } = await holding();
  bench.operate(1, lamp(0));
  bench.say({ type: "abort", requestId: 1 });
  await turn();
  bench.operate(2, lamp(0));
  await end(2);
  deepEqual(called, [1, 2]);
});

Deno.test("R101: a driver that heeds its signal has let go before the next is called", async () => {
  const events: string[] = [];
  const { bench } = await openPhone({
    setLamp: (_, { requestId, signal }) => {
      events.push(`${requestId} begins`);
      if (requestId > 1) return;
      return new Promise((_, reject) =>
        signal.addEventListener("abort", async () => {
          for (let step = 0; step < 20; step++) await undefined;
          events.push("1 has let go");
          reject(signal.reason);
        })
      );
    },
  }, { capabilities: CAPABILITIES });
  bench.operate(1, lamp(0));
  bench.operate(2, lamp(0));
  bench.say({ type: "abort", requestId: 1 });
  equal(await bench.result(2), 0);
  deepEqual(events, ["1 begins", "1 has let go", "2 begins"]);
});

Deno.test("R101: what a phone can take is looked at when the turn has come", async () => {
  const { bench, phone, called, end } = await holding();
  bench.operate(1, lamp(0));
  bench.operate(2, lamp(0));
  phone.connected = false;
  await end(1);
  equal(await bench.result(2), new PhoneError("INVALPHONESTATE").value);
  deepEqual(called, [1]);
});

Deno.test("R101: what no driver does is refused at once", async () => {
  const { bench } = await openPhone({}, { capabilities: CAPABILITIES });
  for (const id of [1, 2]) bench.operate(id, lamp(0));
  for (const id of [1, 2]) equal(await bench.result(id), new PhoneError("OPERATIONUNAVAIL").value);
});

Deno.test("R39, R101: of five hundred operations at random, those on the same item never overlap and come in order", async () => {
  const { bench, called, letGo } = await holding();
  const items = [
    ...ITEMS.flatMap(([, first, , other]) => [first, other]),
    hook("handset", "speaker"),
    hook("headset", "handset"),
  ];
  const asked = Array.from({ length: 500 }, () => items[Math.floor(Math.random() * items.length)]!);
  asked.forEach((operation, id) => bench.operate(id, operation));
  const ended = new Set<number>();
  while (ended.size < asked.length) {
    await turn();
    const underWay = called.filter((id) => !ended.has(id));
    for (const id of underWay) {
      const before = asked.findIndex((other, index) => index < id && !ended.has(index) && share(asked[id]!, other));
      equal(before, -1, `${id} was called while ${before} was not through`);
    }
    for (const id of underWay.filter(() => Math.random() < 0.5)) {
      ended.add(id);
      letGo(id);
    }
  }
  await turn();
  deepEqual(completions(bench), asked.map((_, id) => id));
});

/** The requests that were completed, each as often as it was. */
function completions(bench: Bench): number[] {
  return bench.said.flatMap((said) => said.type === "done" ? [said.requestId] : []).sort((a, b) => a - b);
}

/** Whether two operations set the same thing. */
function share(one: Asked, other: Asked): boolean {
  if (one.operation !== other.operation) return false;
  if (one.operation === "setHookSwitch" && other.operation === "setHookSwitch") {
    return one.params.devices.some((device) => other.params.devices.includes(device));
  }
  if (one.operation === "setDisplay" || one.operation === "setRing") return true;
  const [name] = Object.keys(one.params);
  return (one.params as Record<string, unknown>)[name!] === (other.params as Record<string, unknown>)[name!];
}
