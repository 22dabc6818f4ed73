import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Reporter } from "../../server/plugin/reporter.ts";
import type { Wanted } from "../../server/core/contract/events.ts";
import type { FromPlugin } from "../../server/wire/mod.ts";
import { PhoneError, type PhoneStatus } from "../../server/plugin/mod.ts";
import { EVERYTHING, onePhone, openPhone } from "./testbed.ts";

/** A reporter that is open for everything, and what it said. */
function reporter(wanted: Wanted | null = EVERYTHING) {
  const said: FromPlugin[] = [];
  const clock = { now: 0 };
  const reporter = new Reporter("p", { send: (message) => said.push(message), now: () => clock.now });
  if (wanted) reporter.open(wanted);
  return { reporter, said, clock };
}

/** The edges that were reported, such as `down 3`. */
function edges(said: FromPlugin[]): string[] {
  return said.map((message) => message.type === "button" ? `${message.state} ${message.button}` : message.type);
}

Deno.test("R13: every report carries the id of its phone", async () => {
  const { bench, phone } = await openPhone({});
  const before = bench.said.length;
  phone.state("display");
  phone.button(1, "keypad", "down");
  phone.devSpecific(new Uint8Array([255]));
  phone.connected = false;
  deepEqual(bench.said.slice(before), [
    { type: "state", phone: "p", states: ["display"] },
    { type: "button", phone: "p", button: 1, mode: "keypad", state: "down" },
    { type: "devSpecific", phone: "p", params: "/w==" },
    { type: "connected", phone: "p", connected: false },
  ]);
});

Deno.test("R85: whatever is wanted is accepted, and what cannot be produced just never comes", async () => {
  const { bench, phone } = await openPhone({});
  const wanted: Wanted = { states: ["suspend", "capsChange"], buttonModes: ["local"], buttonStates: ["unavailable"] };
  equal((await bench.call({ type: "want", phone: "p", wanted })).type, "answer");
  deepEqual(phone.wanted, wanted);
});

Deno.test("what nobody wants is dropped, part by part, but reinit and a vendor's message reach everybody (R82, Q33)", () => {
  const { reporter: phone, said } = reporter({ states: ["lamp"], buttonModes: [], buttonStates: [] });
  phone.state("display");
  phone.state(["display", "lamp"]);
  phone.state("reinit");
  phone.button(1, { mode: "feature", state: "down" });
  phone.devSpecific(new Uint8Array());
  deepEqual(said, [
    { type: "state", phone: "p", states: ["lamp"] },
    { type: "state", phone: "p", states: ["reinit"] },
    { type: "devSpecific", phone: "p", params: "" },
  ]);
});

Deno.test("R88: devices that show only one edge are completed to pairs", () => {
  const downs = reporter();
  downs.reporter.button(5, { mode: "feature", state: "down" });
  downs.reporter.button(5, { mode: "feature", state: "down" });
  deepEqual(edges(downs.said), ["down 5", "up 5", "down 5"]);
  const ups = reporter();
  ups.reporter.button(5, { mode: "feature", state: "up" });
  ups.reporter.button(5, { mode: "feature", state: "up" });
  deepEqual(edges(ups.said), ["down 5", "up 5", "down 5", "up 5"]);
});

Deno.test("R88: whatever a device shows, each button goes down and up in turn", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(3), fc.constantFrom("down" as const, "up" as const)), { maxLength: 60 }),
    (shown) => {
      const { reporter: phone, said } = reporter();
      for (const [button, state] of shown) phone.button(button, { mode: "feature", state });
      for (const button of [0, 1, 2, 3]) {
        const states = said.flatMap((message) =>
          message.type === "button" && message.button === button ? [message.state] : []
        );
        deepEqual(states, states.map((_, index) => index % 2 === 0 ? "down" : "up"));
      }
    },
  ));
});

Deno.test("R88: a button that went down while the phone was closed is not reported up afterwards", () => {
  const { reporter: phone, said } = reporter(null);
  phone.button(5, { mode: "feature", state: "down" });
  phone.open(EVERYTHING);
  phone.button(5, { mode: "feature", state: "up" });
  phone.button(5, { mode: "feature", state: "down" });
  phone.close();
  phone.open(EVERYTHING);
  phone.button(5, { mode: "feature", state: "up" });
  deepEqual(edges(said), ["down 5"]);
});

Deno.test("R104: an up says how long the button was held where its down was seen, and only there", () => {
  const { reporter: phone, said, clock } = reporter();
  const edge = (state: "down" | "up", at: number) => {
    clock.now = at;
    phone.button(5, { mode: "feature", state });
  };
  edge("down", 10);
  edge("up", 1_510.4);
  // An up that no down led to, and one that a second down was in the place of.
  edge("up", 1_600);
  edge("down", 2_000);
  edge("down", 2_100);
  edge("up", 2_100);
  deepEqual(said.map((message) => message.type === "button" && [message.state, message.heldMs]), [
    ["down", undefined],
    ["up", 1_500],
    ["down", undefined],
    ["up", undefined],
    ["down", undefined],
    ["up", undefined],
    ["down", undefined],
    ["up", 0],
  ]);
});

Deno.test("R104: how long it was held is told to whoever wants to hear of the up alone", () => {
  const { reporter: phone, said, clock } = reporter({ states: [], buttonModes: ["feature"], buttonStates: ["up"] });
  phone.button(5, { mode: "feature", state: "down" });
  clock.now = 700;
  phone.button(5, { mode: "feature", state: "up" });
  deepEqual(said, [{ type: "button", phone: "p", button: 5, mode: "feature", state: "up", heldMs: 700 }]);
});

Deno.test("R89: a single state carries the detail that the contract gives it, and no other", () => {
  const { reporter: phone, said } = reporter();
  phone.state("lamp", 7);
  phone.state("ringMode", 2);
  phone.state("handsetHookSwitch", "mic");
  phone.state("display", 7);
  phone.state(["lamp", "display"], 7);
  deepEqual(said.map((message) => message.type === "state" && message.detail), [7, 2, "mic", undefined, undefined]);
});

Deno.test("R89: a missing or wrong detail is told to the author, also while the phone is closed", () => {
  const { reporter: phone } = reporter(null);
  throws(() => phone.state("lamp"), /Cannot report state lamp with undefined: it needs the number of the lamp/);
  throws(() => phone.state("ringMode", "2"), TypeError);
  throws(() => phone.state("speakerHookSwitch", 1), /it needs the new mode, one of onHook/);
});

Deno.test("R90: owner and monitors are never reported, and connected only by the property", () => {
  const { reporter: phone, said } = reporter({
    ...EVERYTHING,
    states: ["owner", "monitors", "connected", "disconnected"],
  });
  throws(() => phone.state("owner", 1), /Cannot report state owner: the server counts owners/);
  throws(() => phone.state(["lamp", "monitors"]), /the server counts monitors/);
  throws(() => phone.state("connected"), /set phone\.connected = true/);
  throws(() => phone.state("disconnected"), /set phone\.connected = false/);
  deepEqual(said, []);
});

Deno.test("a report of something that the contract does not know is told to the author", () => {
  const { reporter: phone } = reporter();
  throws(() => phone.state(JSON.parse('"melted"')), /Cannot report state melted: it must be one of other connected/);
  throws(() => phone.button(1, { mode: JSON.parse('"sideways"'), state: "down" }), /it must be one of dummy call/);
  throws(() => phone.button(1, { mode: "feature", state: JSON.parse('"held"') }), /it must be down or up/);
  throws(
    () => phone.button(1.5, { mode: "feature", state: "down" }),
    /Cannot report button 1\.5: it must be the number of a button/,
  );
});

Deno.test("R103: suspended is said once for each change, open or closed and whatever is wanted, and refuses what a broken link refuses", async () => {
  const { bench, phone } = await onePhone({
    setLamp() {},
    getLamp: () => ({ mode: "off" }),
    setButtonInfo() {},
    devSpecific() {},
    getStatus: () => ({ statusFlags: ["connected"] }),
  }, { capabilities: { buttons: [{ id: 0, mode: "feature", lampModes: ["off", "steady"] }] } });
  const open = () =>
    bench.call({ type: "open", phone: "p", wanted: { states: [], buttonModes: [], buttonStates: [] } });
  const status = async () => {
    const answer = await bench.call({ type: "get", phone: "p", getter: "getStatus", params: {} });
    const { statusFlags, phoneFeatures } = (answer.type === "answer" && answer.value) as PhoneStatus;
    return { statusFlags, phoneFeatures };
  };
  await open();
  const before = bench.said.length;
  phone.suspended = false;
  phone.suspended = true;
  phone.suspended = true;
  equal(phone.suspended, true);
  deepEqual(bench.said.slice(before), [{ type: "suspended", phone: "p", suspended: true }]);
  deepEqual(await status(), { statusFlags: ["connected", "suspended"], phoneFeatures: ["setButtonInfo"] });

  const refused = new PhoneError("INVALPHONESTATE").value;
  bench.operate(1, { operation: "setLamp", params: { lamp: 0, mode: "steady" } });
  bench.operate(2, { operation: "setButtonInfo", params: { button: 0, mode: "feature", function: "hold", text: "" } });
  bench.operate(3, { operation: "devSpecific", params: { params: "" } });
  deepEqual([await bench.result(1), await bench.result(2), await bench.result(3)], [refused, 0, 0]);
  const lamp = { type: "get", phone: "p", getter: "getLamp", params: { lamp: 0 } } as const;
  const refusal = await bench.call(lamp);
  deepEqual(refusal.type === "refuse" && [refusal.result, /getLamp: phone p is suspended/.test(refusal.message)], [
    refused,
    true,
  ]);

  // It lasts for as long as it is set, whoever opens the phone.
  await bench.call({ type: "close", phone: "p" });
  await open();
  deepEqual((await status()).statusFlags, ["connected", "suspended"]);
  await bench.call({ type: "close", phone: "p" });
  const closed = bench.said.length;
  phone.suspended = false;
  deepEqual(bench.said.slice(closed), [{ type: "suspended", phone: "p", suspended: false }]);
  await open();
  equal((await bench.call(lamp)).type, "answer");
  deepEqual((await status()).statusFlags, ["connected"]);
  throws(() => phone.suspended = JSON.parse('"no"'), /Cannot set suspended to no: it is true or false/);
});

Deno.test("R103: what is under way when the phone is suspended goes on", async () => {
  const work = Promise.withResolvers<void>();
  const { bench, phone } = await openPhone({ setData: () => work.promise }, { capabilities: { setData: [4] } });
  bench.operate(1, { operation: "setData", params: { dataId: 0, data: "" } });
  phone.suspended = true;
  work.resolve();
  equal(await bench.result(1), 0);
});

Deno.test("connected is reported once for each change, open or closed", async () => {
  const { bench, phone } = await openPhone({});
  const before = bench.said.length;
  phone.connected = true;
  phone.connected = false;
  phone.connected = false;
  await bench.call({ type: "close", phone: "p" });
  phone.connected = true;
  deepEqual(bench.typesAfter(before), ["connected", "answer", "connected"]);
});
