import { deepEqual, equal } from "node:assert/strict";
import { SECRETS, TestServer } from "./support/server.ts";
import { TestSocket } from "../socket/support/socket.ts";

const MONITOR = { token: "t-monitor" } as const;

Deno.test("a token may call as often as configured, over HTTP and sockets together, and is told when it may again", async () => {
  await using server = new TestServer({ callsPerMinute: 3 });
  const statuses = async (times: number) => {
    const answers = [];
    for (let i = 0; i < times; i++) answers.push(await server.call("GET", "/v1/phones"));
    return answers.map(({ status }) => status);
  };
  await using socket = await TestSocket.open(server, { authorization: `Bearer ${SECRETS["t-all"]}` });
  deepEqual(await socket.ask("ping"), {});
  deepEqual(await statuses(3), [200, 429, 429]);
  const { headers, body } = await server.call("GET", "/v1/phones");
  equal(body?.["type"], "urn:switchroom:problem:too-many-calls");
  equal(headers.get("retry-after"), "20");
  const id = socket.send("ping");
  const refused = await socket.nextOne();
  deepEqual({ id: refused.id, code: refused.error?.code }, { id, code: -32002 });
  equal((await server.call("GET", "/v1/phones", MONITOR)).status, 200, "each token has a pace of its own");
  server.clock.advance(20_000);
  deepEqual(await statuses(2), [200, 429]);
  server.clock.advance(3_600_000);
  deepEqual(await statuses(4), [200, 200, 200, 429]);
});

Deno.test("unless configured no token is limited (api section 1)", async () => {
  await using server = new TestServer();
  for (let i = 0; i < 500; i++) equal((await server.call("GET", "/v1/phones")).status, 200);
});
