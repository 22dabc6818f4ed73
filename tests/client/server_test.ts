import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import {
  CallRefused,
  connect,
  type DamagedRecord,
  PhoneError,
  type RequestRecord,
  type Server,
  serverAt,
  ServerUnreachable,
  UnexpectedAnswer,
} from "../../server/client/mod.ts";
import { sharedServer } from "../harness/shared_server.ts";
import { startServer } from "../harness/start_server.ts";
import { scriptedServer } from "./support/scripted_server.ts";

const shared = sharedServer();

/** The server of this file, as an admin calls it. */
function called(): Server {
  const { url, token } = shared();
  return serverAt(url, { token });
}

Deno.test("an operator reads and commands a server over HTTP, every answer checked", async () => {
  // One of its own: it prints what it is told to do.
  await using server = await startServer();
  const { url } = server;
  const called = serverAt(url, server);
  deepEqual((await called.phones()).map(({ phone }) => phone), ["virtual:desk-1", "virtual:mini-1"]);
  equal((await called.phone("0")).phone, "virtual:desk-1");
  equal((await called.readiness()).ready, true);

  const { token, ...made } = await called.createToken({
    name: "front desk",
    scopes: ["phones:monitor", "phones:control"],
  });
  deepEqual((await called.tokens()).find(({ id }) => id === made.id), made);
  const application = await connect(url, { name: "front desk", token });
  const phone = await application.open("virtual:desk-1", { privilege: "owner" });
  const own = (await called.applications()).find((one) => one.application === application.id);
  deepEqual(own?.handles, [{ handle: phone.handle, phone: "virtual:desk-1", privilege: "owner" }]);
  equal((await called.closeHandle(phone.handle)).lastHandle, true);
  equal(await phone.closed, "operatorRelease");
  await called.endApplication(application.id);
  match((await application.ended).message, /the application has ended/);
  for await (const fact of called.events({ type: "callRefused" })) {
    equal(fact, undefined, "the client asks no more for what it was told has ended");
  }
  await called.revokeToken(made.id);
  await rejects(serverAt(url, { token }).phones(), { name: "CallRefused", code: 401 });

  equal((await called.commandPlugin("virtual", "reload")).state, "ready");
  deepEqual((await called.plugins()).map(({ name }) => name), ["virtual"]);
  ok(Array.isArray(await called.pluginLog("virtual")));
});

Deno.test("an auditor reads the history to its end or to a limit, and checks it against what was kept", async () => {
  const kept = await called().checkpoint();
  const application = await connect(shared().url, { name: "auditor", token: shared().token });
  const phone = await application.open("virtual:desk-1", { privilege: "owner" });
  const asked: number[] = [];
  for (const mode of ["steady", "off", "flash"] as const) {
    asked.push((await phone.setLamp({ lamp: 20, mode })).requestId);
  }
  await application.close();

  const records = await Array.fromAsync(called().requests({ application: application.id, operation: "setLamp" }));
  deepEqual(records.map(({ requestId }) => requestId), asked.toReversed());
  deepEqual(await called().request(records[0]!.requestId), records[0]);
  const newest = called().requests({ application: application.id }, { limit: 2 });
  const seen: (RequestRecord | DamagedRecord)[] = [];
  let step = await newest.next();
  for (; !step.done; step = await newest.next()) seen.push(step.value);
  deepEqual([seen.length, step.value], [2, true]);

  const opened = await Array.fromAsync(called().events({ type: "handleOpened" }, { limit: 1 }));
  equal(opened[0]?.type === "handleOpened" && opened[0].detail?.["privilege"], "owner");
  equal((await called().verify({ checkpoint: kept })).ok, true);
  equal((await called().verify({ checkpoint: { ...kept, hash: "0".repeat(64) } })).ok, false);
});

Deno.test("what a server refuses is told by its error, and what no Switchroom answers as such", async () => {
  await rejects(called().phone("virtual:none"), (error) => {
    return error instanceof PhoneError && error.code === "PHONEERR_BADDEVICEID" && /virtual:none/.test(error.message);
  });
  await rejects(called().request(999_999_999), (error) => error instanceof CallRefused && error.code === 404);
  await rejects(called().phones({ signal: AbortSignal.abort(new Error("no more patience")) }), /no more patience/);
  await rejects(serverAt("http://127.0.0.1:1", { token: "any" }).phones(), (error) => {
    return error instanceof ServerUnreachable && error instanceof TypeError && error.cause instanceof Error;
  });

  const answers: [Response, RegExp][] = [
    [
      new Response("<html>"),
      /^The answer to GET \/v1\/phones is not as expected: answer must be an object\. Is the server/,
    ],
    [new Response("no", { status: 502 }), /^The answer to GET \/v1\/phones is 502, and not of a Switchroom$/],
    [Response.json({ phones: [{ phone: 1 }] }), /answer\.phones\[0\]\.phone must be a text/],
    [Response.json({ detail: "no" }, { status: 404 }), /is 404, and not of a Switchroom/],
    [Response.redirect("http://127.0.0.1:1/", 302), /is 302, and not of a Switchroom/],
  ];
  for (const [answer, words] of answers) {
    await using stranger = scriptedServer({ http: () => answer });
    await rejects(serverAt(stranger.url, { token: "any" }).phones(), (error) => {
      return error instanceof UnexpectedAnswer && words.test(error.message);
    });
  }
});

Deno.test("a list ends: at its limit whatever the page, and at a page that names itself", async () => {
  const fact = (seq: number) => ({ seq, at: "2026-03-01T09:30:00.000Z", type: "later", detail: {} });
  await using stranger = scriptedServer({
    http: () => Response.json({ events: [fact(3), fact(2), fact(1)], next: "same" }),
  });
  const { events, requests } = serverAt(stranger.url, { token: "any" });
  const two = events({}, { limit: 2 });
  deepEqual([(await two.next()).value, (await two.next()).value, await two.next()], [
    fact(3),
    fact(2),
    { done: true, value: true },
  ]);
  await rejects(Array.fromAsync(events()), /The answer to GET \/v1\/history\/events names itself as the next page/);
  for (const limit of [0, -1, 1.5, NaN]) {
    await rejects(requests({}, { limit }).next(), { name: "RangeError", message: /a whole number from 1 on/ });
  }
});

Deno.test("what can name nothing is refused before it is part of a path", async () => {
  for (const name of ["", ".", "..", "\ud800"]) {
    await rejects(called().phone(name), { name: "CallRefused", code: 404, message: /Nothing is named/ });
  }
  await rejects(called().phone("../tokens"), { name: "PhoneError", code: "PHONEERR_BADDEVICEID" });
});

Deno.test("an address of no HTTP and a token that no header carries are told at once, the secret is not repeated", async () => {
  for (const url of ["127.0.0.1:8274", "ftp://127.0.0.1/"]) {
    throws(() => serverAt(url, { token: "any" }), {
      name: "TypeError",
      message: /must be as http:\/\/127\.0\.0\.1:8274/,
    });
    await rejects(connect(url, { name: "test" }), { name: "TypeError", message: /must be as http/ });
  }
  const wrong = { name: "TypeError", message: /^(?!.*secret).*its token must be printable ASCII/ };
  throws(() => serverAt("http://127.0.0.1:1", { token: "abc\nsecret" }), wrong);
  await rejects(connect("http://127.0.0.1:1", { name: "test", token: "abc\nsecret" }), wrong);
});

Deno.test("a refusal that never ends is given up, and connecting with it", async () => {
  const endless = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1_000)) });
  await using stranger = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ method }) => method === "HEAD" ? new Response() : new Response(endless(), { status: 403 }),
  );
  await rejects(connect(`http://127.0.0.1:${stranger.addr.port}`, { name: "test", token: "any" }), {
    name: "ServerUnreachable",
    message: /broke off/,
  });
});
