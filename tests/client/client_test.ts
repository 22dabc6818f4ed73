import { retry } from "@std/async/retry";
import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  type Application,
  ApplicationEnded,
  CallRefused,
  connect,
  type ConnectOptions,
  type Phone,
  PhoneClosed,
  PhoneError,
} from "../../server/client/mod.ts";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { sharedServer } from "../harness/shared_server.ts";

const OWNER = { privilege: "owner" } as const;
const MONITOR = { privilege: "monitor" } as const;

/** What the virtual phones take as `devSpecific`. */
function person(act: object): { params: string } {
  return { params: btoa(JSON.stringify(act)) };
}

/** The next operations of a virtual phone take this long, unless its close aborts them. */
const SLOW = person({ next: { count: 8, delayMs: 60_000 } });

const server = sharedServer();

/** Begins an application. */
function begin(options: Partial<ConnectOptions> = {}): Promise<Application> {
  const { url, token } = server();
  return connect(url, { name: "client test", token, ...options });
}

Deno.test("each of the nine operations resolves once it has succeeded", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const replies = [
    await phone.devSpecific(person({ press: 12 })),
    await phone.setButtonInfo({ button: 12, mode: "feature", function: "hold", text: "Hold" }),
    await phone.setData({ dataId: 0, data: btoa("hello") }),
    await phone.setDisplay({ row: 0, column: 0, text: "Hello" }),
    await phone.setGain({ device: "handset", gain: 100 }),
    await phone.setHookSwitch({ devices: ["speaker"], mode: "micSpeaker" }),
    await phone.setLamp({ lamp: 20, mode: "steady" }, { reference: "mine" }),
    await phone.setRing({ mode: 1, volume: 300 }),
    await phone.setVolume({ device: "handset", volume: 200 }),
  ];
  deepEqual(
    replies.map(({ outcome, result }) => ({ outcome, result })),
    Array(9).fill({ outcome: "succeeded", result: 0 }),
  );
  equal(replies[6]?.reference, "mine");
  deepEqual(OPERATIONS.filter((name) => typeof phone[name] !== "function"), []);
  deepEqual(Object.keys(phone.try), OPERATIONS);

  equal((await phone.getLamp({ lamp: 20 })).mode, "steady");
  deepEqual(await phone.getRing(), { mode: 1, volume: 300 });
  equal((await phone.getDisplay()).rows[0]?.trimEnd(), "Hello");
  equal((await phone.getVolume({ device: "handset" })).volume, 200);
  equal((await phone.getGain({ device: "handset" })).gain, 100);
  deepEqual((await phone.getHookSwitch()).offHook, ["speaker"]);
  equal((await phone.getButtonInfo({ button: 12 })).text, "Hold");
  equal((await phone.getData({ dataId: 0, size: 5 })).data, btoa("hello"));
  equal((await phone.getStatus()).ownerName, "client test");
  await phone.setRing({ mode: 0, volume: 0 });
  await phone.setHookSwitch({ devices: ["speaker"], mode: "onHook" });
});

Deno.test("what cannot be asked is refused", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  await using listener = await application.open("virtual:desk-1", MONITOR);
  await rejects(listener.setLamp({ lamp: 20, mode: "steady" }), { name: "PhoneError", code: "PHONEERR_NOTOWNER" });
  await rejects(application.open("virtual:desk-1", OWNER), { code: "PHONEERR_INUSE" });
  await rejects(application.open("virtual:none", OWNER), { code: "PHONEERR_BADDEVICEID" });
  await rejects(application.request(999_999_999), CallRefused);
  await rejects(phone.setLamp({ lamp: 20, mode: "purple" as "steady" }), { code: "PHONEERR_INVALLAMPMODE" });
});

Deno.test("phones and their capabilities are told", async () => {
  await using application = await begin();
  const phones = await application.phones();
  deepEqual(phones.map(({ phone }) => phone), ["virtual:desk-1", "virtual:mini-1"]);
  deepEqual(await application.phone("virtual:mini-1"), phones[1]);
  await rejects(application.phone("virtual:none"), PhoneError);
});

Deno.test("events come in order to everybody who reads, those of a phone only until it is closed", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const wanted = {
    states: ["lamp" as const],
    buttonModes: ["feature" as const],
    buttonStates: ["down" as const, "up" as const],
  };
  deepEqual(await phone.setStatusMessages(wanted), wanted);
  deepEqual(await phone.getStatusMessages(), wanted);
  const all = application.events();
  const own = phone.events();
  await phone.setLamp({ lamp: 20, mode: "flash" });
  await phone.devSpecific(person({ press: 12 }));
  await phone.close();

  const types: string[] = [];
  for await (const event of own) types.push(event.type);
  deepEqual(types.toSorted(), ["PHONE_BUTTON", "PHONE_BUTTON", "PHONE_REPLY", "PHONE_REPLY", "PHONE_STATE"]);
  await application.close();
  const seqs: number[] = [];
  for await (const event of all) seqs.push(event.seq);
  equal(seqs.length, 5);
  deepEqual(seqs, seqs.toSorted((a, b) => a - b));
});

Deno.test("reading events ends with its signal, and with break", async () => {
  await using application = await begin();
  const stop = new AbortController();
  const events = application.events({ signal: stop.signal });
  const next = events.next();
  stop.abort();
  deepEqual(await next, { done: true, value: undefined });

  await using phone = await application.open("virtual:desk-1", OWNER);
  const reading = application.events();
  await phone.setLamp({ lamp: 20, mode: "off" });
  for await (const _event of reading) break;
  deepEqual(await reading.next(), { done: true, value: undefined });
});

Deno.test("R48 the close of the only handle tells how what it completed has ended", async () => {
  await using application = await begin();
  const phone = await application.open("virtual:desk-1", OWNER);
  await phone.devSpecific(SLOW);
  const { requestId, reply } = await phone.ask("setLamp", { lamp: 20, mode: "steady" });
  const closed = await phone.close();
  equal(closed?.lastHandle, true);
  equal(closed?.completed, 1);
  const { outcome, cause } = await reply;
  deepEqual({ outcome, cause }, { outcome: "aborted", cause: "close" });
  equal((await application.request(requestId)).reply, "suppressed");
  equal(await phone.closed, "close");
  equal(await phone.close(), undefined);
  await rejects(phone.getStatus(), { code: "PHONEERR_INVALPHONEHANDLE" });
});

Deno.test("R52 a request that goes on after the close of its handle is given up with words", async () => {
  await using application = await begin();
  await using other = await application.open("virtual:desk-1", MONITOR);
  const phone = await application.open("virtual:desk-1", OWNER);
  await phone.devSpecific(SLOW);
  const { requestId, reply } = await phone.ask("setLamp", { lamp: 20, mode: "steady" });
  equal((await phone.close())?.lastHandle, false);
  await rejects(reply, PhoneClosed);
  equal((await application.request(requestId)).state, "dispatched");
  await other.close();
  equal((await application.request(requestId)).outcome, "aborted");
});

Deno.test("a forced close is told by the phone, after its replies", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const events = phone.events();
  await phone.devSpecific(person({ forceClose: true })).catch(() => {});
  equal(await phone.closed, "forcedClose");
  const types: string[] = [];
  for await (const event of events) types.push(event.type);
  equal(types.at(-1), "PHONE_CLOSE");
});

Deno.test("a signal gives up waiting, and what is opened meanwhile is closed", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  await phone.devSpecific(SLOW);
  const stop = new AbortController();
  const lamp = phone.setLamp({ lamp: 20, mode: "steady" }, { signal: stop.signal });
  const opening = application.open("virtual:mini-1", { privilege: "owner", signal: stop.signal });
  stop.abort(new Error("no more patience"));
  await rejects(lamp, /no more patience/);
  await rejects(opening, /no more patience/);
  await rejects(begin({ signal: stop.signal }), /no more patience/);
  await using second = await begin({ name: "second" });
  const phone2 = await opened(() => second.open("virtual:mini-1", OWNER));
  equal(phone2.privilege, "owner");
});

/** What an opening gives once nobody else owns the phone any more. */
function opened(open: () => Promise<Phone>): Promise<Phone> {
  return retry(open, { minTimeout: 5, maxTimeout: 5, jitter: 0, maxAttempts: 1_000 });
}

Deno.test("whoever is not let in is told why", async () => {
  await rejects(begin({ token: "wrong" }), (error) => {
    return error instanceof CallRefused && error.code === 401 && /token/.test(error.message);
  });
  await rejects(begin({ name: "" }), { code: "PHONEERR_INVALAPPNAME" });
  await rejects(connect("http://127.0.0.1:1", { name: "nobody" }), TypeError);
});

Deno.test("a call that is larger than the server takes is refused, and the others go on", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:mini-1", OWNER);
  const large = phone.devSpecific({ params: btoa("x".repeat(60_000)) });
  const lamp = phone.getLamp({ lamp: 12 });
  await rejects(large, (error) => error instanceof CallRefused && /larger/.test(error.message));
  equal((await lamp).lamp, 12);
  await phone.setLamp({ lamp: 12, mode: "off" });
});

Deno.test("after the application has ended every call says so", async () => {
  const application = await begin();
  const phone = await application.open("virtual:desk-1", OWNER);
  const events = application.events();
  await application.close();
  await rejects(application.phones(), ApplicationEnded);
  await rejects(phone.setLamp({ lamp: 20, mode: "off" }), ApplicationEnded);
  equal(await phone.close(), undefined);
  deepEqual(await events.next(), { done: true, value: undefined });
  equal((await application.ended).message, "The application was shut down");
  await application.close();
});

Deno.test("an application that another socket has resumed ends here", async () => {
  const application = await begin();
  const { url, token } = server();
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/socket`, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.onopen = () => {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "resume", params: { application: application.id } }));
  };
  equal((await application.ended).message, "Another socket has resumed the application");
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "phoneShutdown", params: {} }));
  await new Promise((resolve) => socket.onclose = resolve);
});
