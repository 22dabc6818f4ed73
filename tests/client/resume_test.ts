import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { delay } from "@std/async/delay";
import { connect, type PhoneEvent } from "../../server/client/mod.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { CuttingProxy } from "../harness/cutting_proxy.ts";
import { randomFrom } from "../simulation/random.ts";

const OWNER = { privilege: "owner" } as const;
const CUTS = 200;
/** Bytes from the server after which a connection is cut at the latest. */
const LONGEST_LIFE = 8_000;

Deno.test("over 200 cut connections nothing is missed, nothing comes twice and nothing is asked twice", async () => {
  await using server = await startServer();
  const random = randomFrom(20_261_122);
  let cutting = false;
  // Each connection lives for so many bytes from the server: some end in the midst of their beginning, some while much
  // is going on.
  await using proxy: CuttingProxy = new CuttingProxy(server.url, () => ({
    after: cutting && proxy.cuts < CUTS ? 1 + random.below(LONGEST_LIFE) : Infinity,
    heard: random.once(2),
  }));
  await using application = await connect(proxy.url, { name: "cut off", token: server.token });
  const phone = await application.open("virtual:desk-1", OWNER);
  await phone.setStatusMessages({ states: ["lamp"], buttonModes: [], buttonStates: [] });
  const events: PhoneEvent[] = [];
  const reading = (async () => {
    for await (const event of application.events()) events.push(event);
  })();

  cutting = true;
  proxy.cut();
  let asked = 0;
  const workers = Array.from({ length: 4 }, async () => {
    while (proxy.cuts < CUTS) {
      await phone.setLamp({ lamp: 20, mode: asked++ % 2 === 0 ? "steady" : "off" });
    }
  });
  await Promise.all(workers);
  await phone.close();
  await application.close();
  await reading;

  const seqs = events.map(({ seq }) => seq);
  deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  equal(new Set(seqs).size, seqs.length);
  deepEqual(events.filter(({ type }) => type === "GAP"), []);
  const replied = events.flatMap((event) => event.type === "PHONE_REPLY" ? [event.requestId] : []);
  equal(replied.length, asked, "each request is replied to exactly once");
  equal(new Set(replied).size, asked);
  equal(events.filter(({ type }) => type === "PHONE_STATE").length, asked);
  ok(proxy.cuts >= CUTS);
});

Deno.test("opening and closing are not done twice when their answers are lost", async () => {
  await using server = await startServer();
  await using proxy = new CuttingProxy(server.url);
  await using application = await connect(proxy.url, { name: "cut off", token: server.token });
  for (let round = 0; round < 30; round++) {
    const opening = application.open("virtual:desk-1", OWNER);
    if (round % 3 === 0) await delay(round / 10);
    proxy.cut();
    const phone = await opening;
    const closing = phone.close();
    if (round % 3 === 1) await delay(round / 10);
    proxy.cut();
    await closing;
  }
  const desk = await application.phone("virtual:desk-1");
  equal(desk.owner, null);
  equal(desk.monitors, 0);
});

Deno.test("a server that was started anew has no such application any more: it ends, with words", async () => {
  await using server = await startServer();
  await using proxy = new CuttingProxy(server.url);
  const { data, token } = server;
  const application = await connect(proxy.url, { name: "left behind", token });
  const phone = await application.open("virtual:desk-1", OWNER);
  const pending = phone.events().next();
  await server.kill();
  await using _again = await startServer({ data, token, args: ["--listen", new URL(server.url).host] });
  const { message } = await application.ended;
  ok(/could not be resumed: .*begin another/.test(message), message);
  deepEqual(await pending, { done: true, value: undefined });
});

Deno.test("a reply that fell into a gap is told by the record of its request", async () => {
  // Room for a few events only: the others are dropped while nobody reads.
  await using server = await startServer({ config: { bounds: { eventBytes: 1_024 } } });
  await using proxy = new CuttingProxy(server.url);
  await using application = await connect(proxy.url, { name: "cut off", token: server.token });
  await using phone = await application.open("virtual:desk-1", OWNER);
  const gap = (async () => {
    for await (const event of application.events()) if (event.type === "GAP") return event;
  })();
  await phone.devSpecific({ params: btoa(JSON.stringify({ next: { count: 21, delayMs: 1_000 } })) });
  const asked = await Promise.all(
    Array.from({ length: 20 }, () => phone.ask("setLamp", { lamp: 20, mode: "steady" })),
  );
  proxy.passing = false;
  proxy.cut();
  // One that takes as long and is asked later ends after all of them.
  const { status } = await api(server)("POST", `/v1/handles/${phone.handle}/requests`, {
    body: { operation: "setLamp", lamp: 20, mode: "off" },
    headers: { prefer: "wait=30" },
  });
  equal(status, 200);
  proxy.passing = true;
  const replies = await Promise.all(asked.map(({ reply }) => reply));
  deepEqual(replies.map(({ outcome }) => outcome), Array(20).fill("succeeded"));
  equal((await gap)?.from, 2);
});

Deno.test("a phone that was closed by force behind a gap is closed here too", async () => {
  await using server = await startServer({ config: { bounds: { eventBytes: 1_024 } } });
  await using proxy = new CuttingProxy(server.url);
  await using application = await connect(proxy.url, { name: "cut off", token: server.token });
  await using phone = await application.open("virtual:desk-1", OWNER);
  await using filling = await application.open("virtual:mini-1", OWNER);
  const reading = Array.fromAsync(phone.events());
  await phone.devSpecific({ params: btoa(JSON.stringify({ next: { count: 1, delayMs: 60_000 } })) });
  const slow = await phone.ask("setLamp", { lamp: 20, mode: "steady" });
  proxy.passing = false;
  proxy.cut();
  const call = api(server);
  // The operator takes the phone away, and what comes after that fills the queue.
  const [own] =
    (await call<{ applications: { handles: { handle: string; phone: string }[] }[] }>("GET", "/v1/applications"))
      .body.applications;
  const [desk, mini] = own?.handles ?? [];
  const admin = (await call("POST", "/v1/tokens", { body: { name: "operator", scopes: ["admin"] } })).body;
  const operator = api({ url: server.url, token: String(admin.token) });
  equal((await operator("DELETE", `/v1/handles/${desk?.handle}`)).status, 200);
  for (let i = 0; i < 10; i++) {
    const body = { operation: "setLamp", lamp: 12, mode: i % 2 ? "steady" : "off" };
    await call("POST", `/v1/handles/${mini?.handle}/requests`, { body, headers: { prefer: "wait=5" } });
  }
  proxy.passing = true;
  // The event that says so was dropped: the record of what was outstanding tells it.
  equal(await phone.closed, "operatorRelease");
  equal((await reading).some(({ type }) => type === "PHONE_CLOSE"), false);
  equal((await slow.reply).outcome, "aborted");
  equal((await filling.getLamp({ lamp: 12 })).mode, "steady");
});

Deno.test("a phone that was taken away behind a gap is told from one of which only the close is known", async () => {
  await using server = await startServer({ config: { bounds: { eventBytes: 1_024 } } });
  await using proxy = new CuttingProxy(server.url);
  await using application = await connect(proxy.url, { name: "cut off", token: server.token });
  await using removed = await application.open("virtual:mini-1", OWNER);
  await using released = await application.open("virtual:desk-1", { privilege: "monitor" });
  await using filling = await application.open("virtual:desk-1", OWNER);
  proxy.passing = false;
  proxy.cut();
  const call = api(server);
  const admin = (await call("POST", "/v1/tokens", { body: { name: "operator", scopes: ["admin"] } })).body;
  const operator = api({ url: server.url, token: String(admin.token) });
  equal((await operator("DELETE", `/v1/handles/${released.handle}`)).status, 200);
  const params = btoa(JSON.stringify({ remove: true }));
  await call("POST", `/v1/handles/${removed.handle}/requests`, { body: { operation: "devSpecific", params } });
  for (let i = 0; i < 10; i++) {
    const body = { operation: "setLamp", lamp: 12, mode: i % 2 ? "steady" : "off" };
    await call("POST", `/v1/handles/${filling.handle}/requests`, { body, headers: { prefer: "wait=5" } });
  }
  proxy.passing = true;
  equal(await removed.closed, "phoneRemoved");
  equal(await released.closed, "forcedClose");
});

Deno.test("an application whose server is gone can be left at once", async () => {
  await using server = await startServer();
  const application = await connect(server.url, { name: "left", token: server.token });
  await server.kill();
  await application.close({ signal: AbortSignal.abort() });
  ok((await application.ended).message);
});

Deno.test("an application goes on when its token gets another secret, where a function gives the token: it is asked at each connection, and again when it rejects", async () => {
  await using server = await startServer();
  const call = api(server);
  const { token, id } = (await call("POST", "/v1/tokens", {
    body: { name: "Rotated", scopes: ["phones:control", "phones:monitor"] },
  })).body;
  const first = String(token);
  const secrets: (() => Promise<string> | string)[] = [() => first];
  let asked = 0;
  const giving = await connect(server.url, {
    name: "giving",
    token() {
      asked++;
      return (secrets.length > 1 ? secrets.shift() : secrets[0])!();
    },
  });
  await using application = giving;
  const keeping = await connect(server.url, { name: "keeping", token: first });
  await using phone = await application.open("virtual:desk-1", OWNER);
  const rotated = Promise.withResolvers<string>();
  secrets.splice(0, 1, () => Promise.reject(new Error("the vault is closed")), () => rotated.promise);
  const { body } = await call("POST", `/v1/tokens/${id}/rotate`, { body: { overlapSeconds: 0 } });
  match((await keeping.ended).message, /could not be resumed: .*401/);
  rotated.resolve(String(body["token"]));
  equal((await phone.setLamp({ lamp: 20, mode: "steady" })).outcome, "succeeded");
  equal(asked, 3);
  await rejects(
    connect(server.url, { name: "lost", token: () => Promise.reject(new Error("the vault is closed")) }),
    /the vault is closed/,
  );
  await rejects(connect(server.url, { name: "lost", token: () => "a b" }), /its token must be printable ASCII/);
});

Deno.test("a wrong token is an attempt once", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const codes: unknown[] = [];
  for (let i = 0; i < 11; i++) {
    codes.push(await connect(server.url, { name: "guess", token: "wrong" }).catch((error) => error.code));
  }
  deepEqual(codes, [...Array(10).fill(401), 429]);
});
