import { deepEqual, equal, ok } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import type { Plan } from "./probe/commands.ts";
import type { Asked } from "./support/application.ts";
import { TestSocket } from "../socket/support/socket.ts";
import { type Bench, makeBench } from "./support/bench.ts";
import { sharedServer } from "./support/shared_server.ts";
import { beginOverSocket, type SocketApplication } from "./support/socket.ts";

/** The most telling rules once more, over a socket: where an application is told by answers and events on one connection. */
const server = sharedServer();

const LAMP = { lamp: 0, mode: "steady" };
const HELD = { hold: true };
const NOTOWNER = { code: -1879048165, name: "PHONEERR_NOTOWNER" };
const INVALPHONEHANDLE = { code: -1879048173, name: "PHONEERR_INVALPHONEHANDLE" };

/** A valid call of each method that needs an owner, but the handle. */
const EIGHT: [string, object][] = [
  ["phoneSetButtonInfo", { button: 0, mode: "feature", function: "hold", text: "Hold" }],
  ["phoneSetData", { dataId: 0, data: "AQID" }],
  ["phoneSetDisplay", { row: 0, column: 0, text: "hello" }],
  ["phoneSetGain", { device: "handset", gain: 1 }],
  ["phoneSetHookSwitch", { devices: ["handset"], mode: "micSpeaker" }],
  ["phoneSetLamp", LAMP],
  ["phoneSetRing", { mode: 1, volume: 1 }],
  ["phoneSetVolume", { device: "handset", volume: 1 }],
];
/** Each getter, and what it is over HTTP. */
const GETTERS: [string, object, string][] = [
  ["phoneGetStatus", {}, "status"],
  ["phoneGetHookSwitch", {}, "hookswitch"],
  ["phoneGetRing", {}, "ring"],
  ["phoneGetDisplay", {}, "display"],
  ["phoneGetVolume", { device: "handset" }, "volume/handset"],
  ["phoneGetGain", { device: "handset" }, "gain/handset"],
  ["phoneGetLamp", { lamp: 0 }, "lamps/0"],
  ["phoneGetButtonInfo", { button: 0 }, "buttons/0"],
  ["phoneGetData", { dataId: 0 }, "data/0"],
  ["phoneGetStatusMessages", {}, "status-messages"],
];

const begin = (name = "over a socket") => beginOverSocket(server(), { name });

async function refusal(application: SocketApplication, method: string, { params }: { params: object }) {
  const { error } = await application.ask(method, params);
  return { code: error?.code, name: error?.data?.code };
}

/** Asks for lamps that the plugin holds, and waits until it does. */
async function outstanding(
  bench: Bench,
  application: SocketApplication,
  { handle, plans = [HELD] }: { handle: string; plans?: Plan[] },
) {
  const before = (await bench.calls()).filter((call) => call === "setLamp").length;
  await bench.tell({ do: "plan", call: "setLamp", plans });
  const ids: number[] = [];
  for (const _ of plans) ids.push(Number((await application.call("phoneSetLamp", { handle, ...LAMP })).requestId));
  await bench.until("setLamp", before + plans.length);
  return ids;
}

const requestOf = (event: PhoneEvent) => event.type === "PHONE_REPLY" ? event.requestId : event.type;
const types = (events: readonly PhoneEvent[]) => events.map(({ type }) => type);

Deno.test("R25 R33 R34 invariant 3 over a socket no reply comes before the answer that carries its request's id, in batches neither", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  const call = { method: "phoneSetLamp", params: { handle, ...LAMP } };
  const sent: number[] = [];
  for (let burst = 0; burst < 4; burst++) {
    for (let alone = 0; alone < 25; alone++) sent.push(...application.send([call]));
    sent.push(...application.send(Array.from({ length: 25 }, () => call)));
  }
  const last = await application.call("phoneSetLamp", call.params);
  await application.first("PHONE_REPLY", ({ requestId }) => requestId === last.requestId);
  const answered = new Set<number>();
  const replied = new Set<number>();
  for (const one of application.came) {
    if ("event" in one) {
      if (one.event.type !== "PHONE_REPLY") continue;
      deepEqual([one.event.result, one.event.outcome], [0, "succeeded"]);
      ok(answered.has(one.event.requestId), `The reply to ${one.event.requestId} came before its answer`);
      replied.add(one.event.requestId);
    } else if (one.result?.requestId !== undefined) answered.add(Number(one.result.requestId));
  }
  equal(answered.size, sent.length + 1);
  deepEqual(replied, answered);
});

Deno.test("R6 R7 R29 over a socket each of the eight is refused NOTOWNER to a monitor, never reaches the plugin and causes no reply", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone, "monitor");
  for (const [method, params] of EIGHT) {
    deepEqual(await refusal(application, method, { params: { handle, ...params } }), NOTOWNER, method);
  }
  deepEqual(await bench.calls(), ["open"]);
  deepEqual(await application.heard(), []);
});

Deno.test("R8 R9 over a socket every getter, devSpecific and the masks work on a monitor handle, and give what they give over HTTP", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone, "monitor");
  await application.call("phoneSetStatusMessages", { handle, states: ["lamp"], buttonModes: [], buttonStates: [] });
  for (const [method, params, path] of GETTERS) {
    const { body } = await bench.controller.call("GET", `/v1/handles/${handle}/${path}`);
    deepEqual(await application.call(method, { handle, ...params }), body, method);
  }
  const { requestId } = await application.call("phoneDevSpecific", { handle, params: "AQID" });
  equal((await application.first("PHONE_REPLY")).requestId, requestId);
});

Deno.test("R3 R10 an owner over one transport keeps an owner over the other out, until its close has been answered", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const [overHttp, phone] = [await bench.application(), bench.phone];
  const handle = await application.open(phone);
  equal((await overHttp.tryOpen(phone, "owner")).body.code, "PHONEERR_INUSE");
  await application.call("phoneClose", { handle });
  await overHttp.open(phone);
  const { error } = await application.ask("phoneOpen", { phone, privilege: "owner" });
  deepEqual([error?.code, error?.data?.code], [-1879048186, "PHONEERR_INUSE"]);
});

Deno.test("R35 R36 over a socket a reply reaches the application that asked, with all masks empty, and no other on either transport", async () => {
  await using bench = await makeBench(server());
  const overHttp = await bench.application();
  await using asking = await begin("asking");
  await using other = await begin("other");
  const handle = await asking.open(bench.phone);
  await other.open(bench.phone, "monitor");
  await overHttp.open(bench.phone, "monitor");
  const { requestId } = await asking.call("phoneSetLamp", { handle, ...LAMP });
  const heard = await asking.heard();
  deepEqual(heard.map((event) => event.type === "PHONE_REPLY" && event.requestId), [requestId]);
  deepEqual([await other.heard(), await overHttp.heard()], [[], []]);
});

Deno.test("R39 requests that are pipelined over a socket reach the plugin in the order in which they were sent", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  const levels = Array.from({ length: 50 }, (_, level) => level);
  for (const volume of levels) {
    application.send([{ method: "phoneSetVolume", params: { handle, device: "handset", volume } }]);
  }
  await bench.until("setVolume", levels.length);
  const reached = (await bench.record()).filter(({ call }) => call === "setVolume");
  deepEqual(reached.map(({ params }) => params?.volume), levels);
});

Deno.test("api 3 R33 over a socket a call with return is answered when its request has ended, whichever that is, before its reply", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD, HELD, {}] });
  const ask = () => application.ask("phoneSetLamp", { handle, ...LAMP, return: "minimal" });
  const [first, second] = [ask(), ask()];
  await bench.until("setLamp", 2);
  const third = (await ask()).result?.requestId;
  const [one, other] = (await bench.record()).flatMap(({ call, requestId = 0 }) => call === "setLamp" ? requestId : []);
  await bench.tell({ do: "release", held: other!, error: "INVALPHONESTATE" });
  deepEqual((await second).result, { requestId: other, state: "completed", outcome: "failed", result: -1879048172 });
  await bench.tell({ do: "release", held: one! });
  deepEqual((await first).result, { requestId: one, state: "completed", outcome: "succeeded", result: 0 });
  await application.first("PHONE_REPLY", ({ requestId }) => requestId === one);
  const order = application.came.flatMap((came) =>
    "id" in came ? came.result?.state === "completed" ? [came.result.requestId] : [] : `reply ${requestOf(came.event)}`
  );
  deepEqual(order, [third, other, one].flatMap((id) => [id, `reply ${id}`]));
});

Deno.test("api 3 a close ends what is waited for with return: it is answered what the close made of it, and suppressed is only its reply (R52)", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  const asked = application.ask("phoneSetLamp", { handle, ...LAMP, return: "minimal" });
  const { requestId } = await bench.until("setLamp");
  equal((await application.call("phoneClose", { handle })).completed, 1);
  const { result } = await asked;
  deepEqual(result, { requestId, state: "completed", outcome: "aborted", result: -1879048164 });
  deepEqual(await application.heard(), []);
});

Deno.test("R46 R52 R54 invariant 4 over a socket the close of the last handle completes what is outstanding, then is answered, and nothing follows", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  await application.call("phoneSetStatusMessages", { handle, states: ["lamp"], buttonModes: [], buttonStates: [] });
  const plans = [HELD, { ...HELD, onAbort: "INVALPHONESTATE" as const }, { ...HELD, onAbort: "ignore" as const }];
  const ids = await outstanding(bench, application, { handle, plans });
  const closing = application.call("phoneClose", { handle });
  await bench.until("abort", 3);
  await bench.tell({ do: "release", held: ids[2]! });
  deepEqual(await closing, { handle, lastHandle: true, completed: 3 });
  await bench.tell({ do: "state", states: ["lamp"], detail: 0 });
  deepEqual(await application.heard(), []);
  const records = await Promise.all(ids.map((id) => bench.requestRecord(id)));
  deepEqual(records.map(({ outcome, cause, reply }) => [outcome, cause, reply]), [
    ["aborted", "close", "suppressed"],
    ["aborted", "close", "suppressed"],
    ["succeeded", undefined, "suppressed"],
  ]);
});

Deno.test("R47 R50 R51 R53 invariant 5 over a socket the close of another handle tells the plugin nothing, its requests go on, their replies are suppressed", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const [owner, monitor] = [await application.open(bench.phone), await application.open(bench.phone, "monitor")];
  const [orphan] = await outstanding(bench, application, { handle: owner });
  await bench.tell({ do: "plan", call: "devSpecific", plans: [HELD] });
  const { requestId: kept } = await application.call("phoneDevSpecific", { handle: monitor, params: "" });
  await bench.until("devSpecific");
  deepEqual(await application.call("phoneClose", { handle: owner }), {
    handle: owner,
    lastHandle: false,
    completed: 0,
  });
  deepEqual(await bench.calls(), ["open", "setLamp", "devSpecific"]);
  for (const held of [orphan!, Number(kept)]) await bench.tell({ do: "release", held });
  const heard = await application.heard();
  deepEqual(heard.map((event) => event.type === "PHONE_REPLY" && event.requestId), [kept]);
  const { outcome, reply } = await bench.requestRecord(orphan!);
  deepEqual([outcome, reply], ["succeeded", "suppressed"]);
});

Deno.test("R62 R63 over a socket a closed handle is INVALPHONEHANDLE to every method, and its close sends no PHONE_CLOSE", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone);
  const staying = await application.open(bench.phone, "monitor");
  await application.call("phoneClose", { handle });
  const masks = { states: [], buttonModes: [], buttonStates: [] };
  const methods: [string, object][] = [
    ["phoneClose", {}],
    ["phoneDevSpecific", { params: "" }],
    ["phoneSetStatusMessages", masks],
    ...EIGHT,
    ...GETTERS.map(([method, params]): [string, object] => [method, params]),
  ];
  for (const [method, params] of methods) {
    deepEqual(await refusal(application, method, { params: { handle, ...params } }), INVALPHONEHANDLE, method);
  }
  await application.call("phoneGetStatus", { handle: staying });
  deepEqual(await application.heard(), []);
});

Deno.test("R65 R66 R67 R68 a forced close is the same on both transports: replies, one PHONE_CLOSE for each handle, then nothing", async () => {
  await using bench = await makeBench(server());
  const overHttp = await bench.application();
  await using application = await begin();
  const owner = await application.open(bench.phone);
  const monitor = await application.open(bench.phone, "monitor");
  const elsewhere = await overHttp.open(bench.phone, "monitor");
  const [first, second] = await outstanding(bench, application, {
    handle: owner,
    plans: [HELD, { ...HELD, onAbort: "fulfil" as const }],
  });
  const asked: Asked = { operation: "devSpecific", params: "" };
  await bench.tell({ do: "plan", call: "devSpecific", plans: [HELD] });
  const third = await elsewhere.request(asked);
  await bench.until("devSpecific");
  await bench.tell({ do: "forceClose" });
  await bench.until("forceClosed");
  await bench.tell({ do: "state", states: ["reinit"] });
  const ends = (events: readonly PhoneEvent[]) =>
    events.map((event) =>
      event.type === "PHONE_REPLY"
        ? [event.requestId, event.outcome, event.cause]
        : event.type === "PHONE_CLOSE" && [event.handle, event.cause]
    );
  await application.first("PHONE_CLOSE", ({ handle }) => handle === monitor);
  await overHttp.events.next("PHONE_CLOSE");
  const heard = ends(await application.heard());
  deepEqual(heard.slice(0, 2), [[first, "aborted", "forcedClose"], [second, "succeeded", undefined]]);
  deepEqual(heard.slice(2).toSorted(), [[owner, "forcedClose"], [monitor, "forcedClose"]].toSorted());
  deepEqual(ends(await overHttp.heard()), [[third, "aborted", "forcedClose"], [elsewhere.id, "forcedClose"]]);
});

Deno.test("R72 R73 R74 over a socket a removal is told as replies, PHONE_CLOSE and PHONE_REMOVE, and without a handle as PHONE_REMOVE", async () => {
  await using bench = await makeBench(server());
  await using application = await begin("holding");
  await using idle = await begin("idle");
  const handle = await application.open(bench.phone);
  await outstanding(bench, application, { handle });
  await bench.tell({ do: "remove" });
  await bench.until("removed");
  deepEqual(types(await application.heard()), ["PHONE_REPLY", "PHONE_CLOSE", "PHONE_REMOVE"]);
  deepEqual(types(await idle.heard()), ["PHONE_REMOVE"]);
});

Deno.test("R81 R82 R84 R87 over a socket a handle hears what its masks enable, reinit always, and the events' numbers rise", async () => {
  await using bench = await makeBench(server());
  await using application = await begin();
  const handle = await application.open(bench.phone, "monitor");
  const report = async () => {
    await bench.tell({ do: "state", states: ["lamp", "display"] });
    for (const state of ["down", "up"] as const) {
      await bench.tell({ do: "button", button: 0, mode: "feature", state });
    }
  };
  await report();
  const masks = { states: ["lamp"], buttonModes: ["feature"], buttonStates: ["up"] };
  await application.call("phoneSetStatusMessages", { handle, ...masks });
  await report();
  await bench.tell({ do: "state", states: ["reinit"] });
  const heard = await application.heard();
  deepEqual(
    heard.map((event) =>
      event.type === "PHONE_STATE"
        ? [event.handle, ...event.states]
        : event.type === "PHONE_BUTTON" && [event.handle, event.button, event.state]
    ),
    [[handle, "lamp"], [handle, 0, "up"], [null, "reinit"]],
  );
  const seqs = heard.map(({ seq }) => seq);
  deepEqual(seqs, [...new Set(seqs)].toSorted((a, b) => a - b));
});

Deno.test("R76 R77 phoneShutdown over a socket closes every handle of the application and no other's, and ends the socket", async () => {
  await using bench = await makeBench(server());
  await using application = await begin("leaving");
  const staying = await (await bench.application()).open(bench.phone, "monitor");
  const owner = await application.open(bench.phone);
  const [requestId] = await outstanding(bench, application, { handle: owner });
  deepEqual(await application.call("phoneShutdown"), {});
  equal(await application.closed, 1000);
  const { numOwners, numMonitors } = await staying.status();
  deepEqual([numOwners, numMonitors], [0, 1]);
  await bench.tell({ do: "release", held: requestId! });
  // When this has been done, what the plugin completed before is on disk.
  await bench.tell({ do: "mark" });
  equal((await bench.requestRecord(requestId!)).reply, "suppressed");
  const lease = await bench.controller.call("POST", `/v1/applications/${application.id}/lease`);
  equal(lease.body.code, "PHONEERR_INVALAPPHANDLE");
});

Deno.test("R78 Q20 the loss of a socket counts as shutdown when its lease has run out: its phone is closed, its requests aborted", async () => {
  await using bench = await makeBench(server());
  let requestId: number;
  {
    await using application = await beginOverSocket(server(), { name: "lost", leaseSeconds: 5 });
    const handle = await application.open(bench.phone);
    [requestId] = await outstanding(bench, application, { handle }) as [number];
  }
  await bench.until("close");
  const next = await bench.controller.open(bench.phone);
  await next.perform({ operation: "setLamp", ...LAMP });
  const { outcome, cause, reply } = await bench.requestRecord(requestId);
  deepEqual([outcome, cause, reply], ["aborted", "leaseExpired", "suppressed"]);
});

Deno.test("api 3 a resume does not wait for a call with return of the lost socket, whose request goes on: its reply is told to the new one", async () => {
  await using bench = await makeBench(server());
  const open = () => TestSocket.open(server(), { authorization: `Bearer ${server().token}` });
  const lost = await open();
  const { application } = await lost.ask("phoneInitializeEx", { name: "lost" });
  const { handle } = await lost.ask("phoneOpen", { phone: bench.phone, privilege: "owner" });
  await bench.tell({ do: "plan", call: "setLamp", plans: [HELD] });
  lost.send("phoneSetLamp", { handle, ...LAMP, return: "minimal" });
  const { requestId } = await bench.until("setLamp");
  await lost[Symbol.asyncDispose]();

  await using socket = await open();
  await socket.ask("resume", { application });
  await bench.tell({ do: "release", held: requestId! });
  const { method, params } = await socket.nextOne();
  deepEqual([method, params?.requestId, params?.outcome], ["PHONE_REPLY", requestId, "succeeded"]);
  await socket.ask("phoneShutdown");
});

Deno.test("a resume waits for the calls of the lost socket: a phone that was being opened is among the handles", async () => {
  await using bench = await makeBench(server());
  const lost = await begin();
  await bench.tell({ do: "plan", call: "open", plans: [HELD] });
  lost.send([{ method: "phoneOpen", params: { phone: bench.phone, privilege: "owner" } }]);
  await bench.until("open");
  await lost[Symbol.asyncDispose]();

  await using socket = await TestSocket.open(server(), { authorization: `Bearer ${server().token}` });
  const resume = socket.send("resume", { application: lost.id });
  const again = socket.send("phoneOpen", { phone: bench.phone, privilege: "owner" });
  await bench.tell({ do: "release", held: "open" });
  const [resumed, refused] = [await socket.nextOne(), await socket.nextOne()];
  deepEqual([resumed.id, refused.id], [resume, again]);
  const [held] = (resumed.result as { handles: { phone: string; privilege: string }[] }).handles;
  deepEqual([held?.phone, held?.privilege], [bench.phone, "owner"]);
  equal(refused.error?.data?.code, "PHONEERR_INUSE");
  await socket.ask("phoneShutdown");
});
