import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { CallRefused, connect, PhoneError, UnexpectedAnswer } from "../../server/client/mod.ts";
import { scriptedServer } from "./support/scripted_server.ts";

const AT = "2026-03-01T09:30:00.000Z";
const OPENED = { handle: "h", phone: "x:1", privilege: "owner" };

/** An event as it is sent. */
function event(type: string, fields: object): object {
  return { jsonrpc: "2.0", method: type, params: { type, at: AT, ...fields } };
}

Deno.test("an answer that is not what it must be is an error: what was asked, what is wrong and where; the application goes on", async () => {
  await using server = scriptedServer({
    results: {
      phoneOpen: OPENED,
      phoneGetLamp: { lamp: 20, mode: true },
      phoneGetPhones: { phones: [{ phone: "x:1", deviceId: "first" }] },
      phoneGetRequest: { requestId: 1, operation: "setLight" },
      phoneSetLamp: { requestId: "7" },
    },
  });
  await using application = await connect(server.url, { name: "test" });
  const phone = await application.open("x:1", { privilege: "owner" });
  await rejects(phone.getLamp({ lamp: 20 }), (error) => {
    equal(error instanceof UnexpectedAnswer, true);
    match(String(error), /The answer to phoneGetLamp is not as expected: answer\.mode must be one of dummy, off, /);
    match(String(error), /Is the server of another version\?$/);
    return true;
  });
  await rejects(
    application.phones(),
    /phoneGetPhones is not as expected: answer\.phones\[0\]\.deviceId must be a whole/,
  );
  await rejects(application.request(1), /phoneGetRequest is not as expected: answer\.operation must be one of devSpec/);
  await rejects(phone.setLamp({ lamp: 20, mode: "off" }), /phoneSetLamp is not as expected: answer\.requestId must be/);
  equal(await Promise.race([application.ended, "still there"]), "still there");
});

Deno.test("fields that a later server has added pass, and are handed on", async () => {
  const later = { application: "a", leaseSeconds: 60, phoneCount: 1, colour: "blue" };
  await using server = scriptedServer({
    results: {
      phoneInitializeEx: later,
      phoneOpen: { ...OPENED, since: AT },
      phoneGetLamp: { lamp: 20, mode: "off", lux: 3 },
    },
  });
  await using application = await connect(server.url, { name: "test" });
  const phone = await application.open("x:1", { privilege: "owner" });
  const lamp: object = await phone.getLamp({ lamp: 20 });
  deepEqual(lamp, { lamp: 20, mode: "off", lux: 3 });
});

Deno.test("events of types that a later server has added are passed over, and not asked for again", async () => {
  await using server = scriptedServer();
  await using application = await connect(server.url, { name: "test" });
  const events = application.events();
  server.send(event("PHONE_CREATE", { seq: 1, phone: "x:1", deviceId: 0 }));
  server.send(event("PHONE_CLEANED", { seq: 2, by: "Anna" }));
  server.send({ jsonrpc: "2.0", method: "notice", params: { text: "not an event" } });
  server.send(event("PHONE_CREATE", { seq: 3, phone: "x:2", deviceId: 1, colour: "blue" }));
  server.send(event("PHONE_CLEANED", { seq: 4, by: "Anna" }));
  deepEqual([(await events.next()).value.seq, (await events.next()).value.seq], [1, 3]);
  const resumed = server.next("resume");
  server.cut();
  deepEqual((await resumed).params, { application: "a", lastEvent: 4 });
});

Deno.test("bytes of any length are checked: what a message can bring does not exhaust the stack", async () => {
  await using server = scriptedServer();
  await using application = await connect(server.url, { name: "test" });
  const events = application.events();
  const params = "A".repeat(20_000_000);
  server.send(event("PHONE_DEVSPECIFIC", { seq: 1, handle: "h", phone: "x:1", params }));
  const { value } = await events.next();
  equal(value.type === "PHONE_DEVSPECIFIC" && value.params.length, params.length);
});

const NOT_UNDERSTOOD: Record<string, { message: unknown; words: RegExp }> = {
  "an event without its place": {
    message: event("PHONE_CREATE", { phone: "x:1", deviceId: 0 }),
    words: /An event is not as expected: PHONE_CREATE\.seq must be a whole number/,
  },
  "an event with a cause of no contract": {
    message: event("PHONE_CLOSE", { seq: 1, handle: "h", phone: "x:1", cause: "moon" }),
    words: /PHONE_CLOSE\.cause must be one of close, shutdown, .*Is the server of another version\?/,
  },
  "what is no JSON": { message: "<html>", words: /What the server sent is not as expected: message must be an object/ },
  "what is no message": { message: [1, 2], words: /message must be an object/ },
};

for (const [what, { message, words }] of Object.entries(NOT_UNDERSTOOD)) {
  Deno.test(`${what} ends the application, which says why: what else it has missed nobody could know`, async () => {
    await using server = scriptedServer();
    const application = await connect(server.url, { name: "test" });
    const waiting = application.phones();
    server.send(message);
    match((await application.ended).message, words);
    await rejects(waiting, words);
    await application.close();
  });
}

Deno.test("a server that begins no application as the contract says is told as such, and left", async () => {
  await using server = scriptedServer({ results: { phoneInitializeEx: { application: "a" } } });
  await rejects(connect(server.url, { name: "test" }), (error) => {
    return error instanceof UnexpectedAnswer && /phoneInitializeEx .* answer\.leaseSeconds must be/.test(error.message);
  });
});

Deno.test("an error is telephony's if its number is one, JSON-RPC's or unknown otherwise", async () => {
  const errors: [unknown, (error: unknown) => boolean][] = [
    [
      { code: -1879048186, message: "In use" },
      (error) => error instanceof PhoneError && error.code === "PHONEERR_INUSE",
    ],
    [{ code: -1073741823, message: "Its own" }, (error) => error instanceof PhoneError && error.code === undefined],
    [{ code: -32602, message: "Wrong" }, (error) => error instanceof CallRefused && error.code === -32602],
    [{ code: 7, message: "Seven" }, (error) => error instanceof CallRefused && error.message === "Seven"],
    [{ code: "7" }, (error) => error instanceof UnexpectedAnswer && /error\.code must be a whole/.test(error.message)],
  ];
  for (const [error, isRight] of errors) {
    await using server = scriptedServer({ results: { phoneOpen: { error } } });
    await using application = await connect(server.url, { name: "test" });
    await rejects(application.open("x:1", { privilege: "owner" }), isRight);
  }
});
