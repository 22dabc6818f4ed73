import { deepEqual, equal, match } from "node:assert/strict";
import { TestServer } from "./support/server.ts";
import { PHONE } from "./support/recording_core.ts";

Deno.test("an application is started with its token and lease, and 201 tells it (api section 2)", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("POST", "/v1/applications", { json: { name: "Desk", leaseSeconds: 5 } });
  equal(status, 201);
  deepEqual(body, { application: "app-1", leaseSeconds: 5, phoneCount: 2 });
  await server.call("POST", "/v1/applications", { json: { name: "Desk" } });
  deepEqual(server.core.calls, [
    ["initialize", "Desk", { token: "t-all", address: "127.0.0.1", leaseSeconds: 5 }],
    ["initialize", "Desk", { token: "t-all", address: "127.0.0.1" }],
  ]);
});

Deno.test("a lease is an integer from 5 to 300 seconds (api section 2)", async () => {
  await using server = new TestServer();
  for (const leaseSeconds of [4, 301, 5.5, "60", null]) {
    const { status, body } = await server.call("POST", "/v1/applications", { json: { name: "Desk", leaseSeconds } });
    equal(status, 400);
    equal(body?.["detail"], "body.leaseSeconds must be an integer from 5 to 300");
  }
});

Deno.test("renewing a lease and ending an application answer 204 without a body (api section 2)", async () => {
  await using server = new TestServer();
  equal((await server.call("POST", "/v1/applications/app-1/lease")).status, 204);
  equal((await server.call("DELETE", "/v1/applications/app-1")).status, 204);
  deepEqual(server.core.calls, [["shutdown", "app-1"]]);
  equal((await server.call("POST", "/v1/applications/app-2/lease")).status, 404);
});

Deno.test("phones are listed and shown one by one, the colon of the name encoded or not (api section 2)", async () => {
  await using server = new TestServer();
  deepEqual((await server.call("GET", "/v1/phones")).body, { phones: [PHONE] });
  deepEqual((await server.call("GET", "/v1/phones/virtual:desk-1")).body, PHONE);
  deepEqual((await server.call("GET", "/v1/phones/virtual%3Adesk-1")).body, PHONE);
});

Deno.test("a phone is opened by its name or its device id (api section 2)", async () => {
  await using server = new TestServer();
  const path = "/v1/applications/app-1/handles";
  const { status, body } = await server.call("POST", path, { json: { phone: "virtual:desk-1", privilege: "owner" } });
  equal(status, 201);
  deepEqual(body, { handle: "own-1", phone: "virtual:desk-1", privilege: "owner" });
  await server.call("POST", path, { json: { phone: 0, privilege: "monitor" } });
  deepEqual(server.core.calls, [
    ["open", "app-1", { phone: "virtual:desk-1", privilege: "owner" }],
    ["open", "app-1", { phone: "0", privilege: "monitor" }],
  ]);
});

Deno.test("closing a handle tells whether it was the last and what it completed (api section 2)", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("DELETE", "/v1/handles/own-1");
  equal(status, 200);
  deepEqual(body, { handle: "own-1", lastHandle: true, completed: 3 });
});

Deno.test("every getter asks the core for what its path says (api section 2)", async () => {
  await using server = new TestServer();
  const getters: [path: string, name: string, params: object][] = [
    ["status", "getStatus", {}],
    ["hookswitch", "getHookSwitch", {}],
    ["ring", "getRing", {}],
    ["display", "getDisplay", {}],
    ["volume/handset", "getVolume", { device: "handset" }],
    ["gain/nonsense", "getGain", { device: "nonsense" }],
    ["lamps/12", "getLamp", { lamp: 12 }],
    ["buttons/4294967296", "getButtonInfo", { button: 4294967296 }],
    ["data/0", "getData", { dataId: 0, size: 65_536 }],
    ["data/1?size=0", "getData", { dataId: 1, size: 0 }],
  ];
  for (const [path, name, params] of getters) {
    server.core.got = { answer: path };
    const { status, body } = await server.call("GET", `/v1/handles/mon-1/${path}`);
    equal(status, 200);
    deepEqual(body, { answer: path });
    deepEqual(server.core.calls.pop(), ["get", "mon-1", name, params]);
  }
});

Deno.test("a path's id that is no number cannot be the id of a lamp, button or data area: 422 (api section 2)", async () => {
  await using server = new TestServer();
  for (const id of ["x", "-1", "1.5", "0x1", "99999999999", "%20", "%zz"]) {
    const detail = /it must be a number of the phone's capabilities/;
    for (const [kind, code] of [["lamps", "BUTTONLAMPID"], ["buttons", "BUTTONLAMPID"], ["data", "DATAID"]]) {
      const { status, body } = await server.call("GET", `/v1/handles/own-1/${kind}/${id}`);
      equal(status, 422);
      equal(body?.["code"], `PHONEERR_INVAL${code}`);
      match(String(body?.["detail"]), detail);
    }
  }
});

Deno.test("the size of a data area is a number of bytes up to 65536", async () => {
  await using server = new TestServer();
  for (const query of ["size=x", "size=-1", "size=1.5", "size=", "size=1&size=2", "length=1"]) {
    equal((await server.call("GET", `/v1/handles/own-1/data/0?${query}`)).status, 400, query);
  }
  equal((await server.call("GET", `/v1/handles/own-1/data/0?size=65537`)).status, 422);
});

Deno.test("the masks are set whole and read back (api section 2)", async () => {
  await using server = new TestServer();
  const path = "/v1/handles/mon-1/status-messages";
  const masks = { states: ["lamp"], buttonModes: ["call"], buttonStates: ["up", "down"] };
  const { status, body } = await server.call("PUT", path, { json: masks });
  equal(status, 200);
  deepEqual(body, masks);
  deepEqual((await server.call("GET", path)).body, { states: ["lamp"], buttonModes: [], buttonStates: [] });
  const missing = await server.call("PUT", path, { json: { states: [], buttonModes: ["call", 1] } });
  equal(missing.body?.["detail"], "body.buttonModes[1] must be a string");
});

Deno.test("healthz is 200 as soon as the server serves, without a token (api section 1)", async () => {
  await using server = new TestServer();
  server.health = { ...server.health, ready: false };
  equal((await server.call("GET", "/healthz", { token: null })).status, 200);
});

Deno.test("readyz is 503 with its reasons until applications can work, and names durability always (api section 1)", async () => {
  await using server = new TestServer();
  server.health = {
    ready: false,
    durability: "full",
    reasons: ["history: the disk is full"],
    plugins: [{ name: "virtual", state: "starting" }],
  };
  const before = await server.call("GET", "/readyz", { token: null });
  equal(before.status, 503);
  deepEqual(before.body, server.health);
  server.health = { ready: true, durability: "normal", reasons: [], plugins: [] };
  const after = await server.call("GET", "/readyz", { token: null });
  equal(after.status, 200);
  deepEqual(after.body, server.health);
});

Deno.test("HEAD answers as GET without a body", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("HEAD", "/v1/phones");
  equal(status, 200);
  equal(body, undefined);
});
