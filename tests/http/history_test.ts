import { deepEqual, equal, match } from "node:assert/strict";
import type { OtherRow } from "../../server/core/contract/history.ts";
import { recordOf, TestServer } from "./support/server.ts";

/** What a record has while its request is open. */
const OPEN = {
  completedAt: null,
  dispatchedAt: null,
  state: "accepted",
  outcome: null,
  result: null,
  reply: null,
} as const;

Deno.test("a token with history:read asks with every filter, and each reaches the history (api section 2)", async () => {
  await using server = new TestServer();
  const query = new URLSearchParams({
    phone: "virtual:desk-1",
    plugin: "virtual",
    application: "app-1",
    operation: "setLamp",
    state: "completed",
    outcome: "lost",
    token: "t-monitor",
    reference: "a b+c&d",
    from: "2026-01-01T00:00:00.000Z",
    to: "2026-01-02T01:00:00+01:00",
    limit: "500",
  });
  const { status, body } = await server.call("GET", `/v1/requests?${query}`);
  equal(status, 200);
  deepEqual(body, { requests: [], next: null });
  deepEqual(server.reader.asked, [[{
    phone: "virtual:desk-1",
    plugin: "virtual",
    application: "app-1",
    operation: "setLamp",
    state: "completed",
    outcome: "lost",
    token: "t-monitor",
    reference: "a b+c&d",
    from: Date.UTC(2026, 0, 1),
    to: Date.UTC(2026, 0, 2),
  }, { limit: 500 }]]);
});

Deno.test("without filters a page has 50 and begins at the newest (api section 2)", async () => {
  await using server = new TestServer();
  await server.call("GET", "/v1/requests");
  await server.call("GET", "/v1/history/events?type=handleOpened");
  deepEqual(server.reader.asked, [[{}, { limit: 50 }], [{ type: "handleOpened" }, { limit: 50 }]]);
});

Deno.test("next goes on where a page ended, also a page that is empty (api section 2)", async () => {
  await using server = new TestServer();
  for (const before of [1, 12_345, Number.MAX_SAFE_INTEGER]) {
    server.reader.requestPage = { items: [], next: before };
    const { body } = await server.call("GET", "/v1/requests");
    await server.call("GET", `/v1/requests?cursor=${body?.["next"]}`);
    deepEqual(server.reader.asked.pop(), [{}, { limit: 50, before }]);
    server.reader.eventPage = { items: [], next: before };
    const events = await server.call("GET", "/v1/history/events");
    await server.call("GET", `/v1/history/events?cursor=${events.body?.["next"]}`);
    deepEqual(server.reader.asked.pop(), [{}, { limit: 50, before }]);
  }
});

Deno.test("a question that is not understood is 400 and points at the place (api section 2)", async () => {
  await using server = new TestServer();
  const bad = [
    "limit=0",
    "limit=501",
    "limit=1.5",
    "limit=",
    "limit=1e2",
    "limit=5&limit=6",
    "cursor=",
    "cursor=x",
    "cursor=b0",
    "cursor=b01",
    "cursor=b1!",
    "cursor=b-1",
    `cursor=b${"z".repeat(12)}`,
    "from=yesterday",
    "from=2026-01-01",
    "from=2026-02-30T00:00:00Z",
    "to=2026-01-01T00:00:00",
    "operation=getLamp",
    "state=open",
    "outcome=",
    "unknown=1",
    "__proto__=1",
  ];
  for (const query of bad) {
    const { status, body } = await server.call("GET", `/v1/requests?${query}`);
    equal(status, 400, query);
    match(
      String(body?.["detail"]),
      /^query(\.(limit|cursor|from|to|operation|state|outcome) | has an unknown field | has "limit" twice$)/,
    );
  }
  equal((await server.call("GET", "/v1/history/events?type=somethingElse")).status, 400);
  deepEqual(server.reader.asked, []);
});

Deno.test("records say what the core knows of open requests, and state is filtered by it (api section 5)", async () => {
  await using server = new TestServer();
  server.reader.requestPage = {
    items: [recordOf({ requestId: 3, ...OPEN }), recordOf({ requestId: 2, ...OPEN })],
    next: 2,
  };
  server.core.refresh = (record) => record.requestId === 2 ? { ...record, state: "dispatched" } : record;
  const ids = async (query: string) =>
    ((await server.call("GET", `/v1/requests?${query}`)).body?.["requests"] as { requestId: number }[])
      .map(({ requestId }) => requestId);
  deepEqual(await ids("state=dispatched"), [2]);
  deepEqual(server.reader.asked[0], [{ state: "accepted" }, { limit: 50 }]);
  deepEqual(await ids("state=accepted"), [3]);
  deepEqual(await ids(""), [3, 2]);
});

Deno.test("a request that is completed between the look at the disk and the look at the core is not told as open again", async () => {
  await using server = new TestServer();
  server.reader.requestPage = { items: [recordOf({ requestId: 3, ...OPEN })], next: undefined };
  server.reader.record = recordOf({ requestId: 3 });
  const { body } = await server.call("GET", "/v1/requests");
  equal((body?.["requests"] as { state: string }[])[0]?.state, "completed");
});

Deno.test("a token without history:read sees its own requests only (api section 2)", async () => {
  await using server = new TestServer();
  await server.call("GET", "/v1/requests", { token: "t-monitor" });
  await server.call("GET", "/v1/requests?token=t-monitor", { token: "t-monitor" });
  const own = [{ token: "t-monitor" }, { limit: 50 }];
  deepEqual(server.reader.asked, [own, own]);
  equal((await server.call("GET", "/v1/requests?token=t-all", { token: "t-monitor" })).status, 403);
});

Deno.test("one record is given to its own token or with history:read, to others it does not exist (api section 2)", async () => {
  await using server = new TestServer();
  server.reader.record = recordOf({ token: "t-monitor" });
  deepEqual((await server.call("GET", "/v1/requests/1")).body, server.reader.record);
  deepEqual((await server.call("GET", "/v1/requests/1", { token: "t-monitor" })).body, server.reader.record);
  const foreign = await server.call("GET", "/v1/requests/1", { token: "t-nothing" });
  server.reader.record = undefined;
  const none = await server.call("GET", "/v1/requests/1", { token: "t-nothing" });
  equal(foreign.status, 404);
  deepEqual(foreign.body, none.body);
});

Deno.test("facts are asked for by application and by what they stood before, and go on where a page ended (api section 2)", async () => {
  await using server = new TestServer();
  server.reader.eventPage = { items: [], next: 40 };
  const { body } = await server.call("GET", "/v1/history/events?application=app-1&before=42");
  await server.call("GET", `/v1/history/events?application=app-1&before=42&cursor=${body?.["next"]}`);
  const filter = { application: "app-1" };
  deepEqual(server.reader.asked, [[filter, { limit: 50, before: 42 }], [filter, { limit: 50, before: 40 }]]);
  for (const before of ["0", "-1", "1.5", "x", "01", "9007199254740992", ""]) {
    const refused = await server.call("GET", `/v1/history/events?before=${before}`);
    equal(refused.status, 400, before);
    match(String(refused.body?.["detail"]), /^query\.before must be the number of a row, from 1 on/);
  }
});

Deno.test("an id that is that of another row is 404 and says what the row is, to whoever may read all of the history (api section 5)", async () => {
  await using server = new TestServer();
  const damaged = { row: 7, problem: "row 7 is not the one that was written" };
  const told = async (row: OtherRow | undefined, token?: "t-monitor") => {
    server.reader.row = row;
    const { status, body } = await server.call("GET", "/v1/requests/7", token && { token });
    equal(status, 404);
    return body?.["detail"];
  };
  const none = "No request has that id: ";
  equal(await told(undefined), `${none}nor has a row of the history`);
  equal(await told({ kind: "completed", request: 6 }), `${none}it is the row of the completion of request 6`);
  equal(
    await told({ kind: "withdrawn", request: 6 }),
    `${none}it is the row of the withdrawal of the reply of request 6`,
  );
  const fact = "it is the row of the fact handleOpened, one of the events of the history";
  equal(await told({ kind: "fact", type: "handleOpened" }), `${none}${fact}`);
  equal(await told({ kind: "fact", type: "handleOpened", damaged }), `${none}${fact}, which is not as it was written`);
  server.reader.asked = [];
  equal(await told({ kind: "completed", request: 6 }, "t-monitor"), "No request of this token has that id");
  deepEqual(server.reader.asked, [7]);
});

Deno.test("a request id that cannot be one is 404 and never reaches the history", async () => {
  await using server = new TestServer();
  server.reader.record = recordOf();
  for (const id of ["0", "-1", "1.5", "x", "01", "1e3", "9007199254740992", "%20", "%zz"]) {
    equal((await server.call("GET", `/v1/requests/${id}`)).status, 404, id);
  }
  deepEqual(server.reader.asked, []);
});
