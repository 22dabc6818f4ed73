import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { TestSocket } from "../socket/support/socket.ts";
import { light, open } from "./support/access.ts";

const [IPV4, IPV6] = ["127.0.0.1", "::1"];
const PROXY = "203.0.113.7";

Deno.test("whoever reads a request can tell from where it came: over HTTP, over a socket, and after the address has changed (api section 5)", async () => {
  // To listen beyond loopback it needs a proxy; nothing here comes from that one.
  await using server = await startServer({ listen: "[::]:0", config: { trustedProxies: [PROXY] } });
  const { port } = new URL(server.url);
  const { token } = server;
  const [four, six] = [{ url: `http://${IPV4}:${port}`, token }, { url: `http://[${IPV6}]:${port}`, token }];

  const { application, handle } = await open(api(four));
  await light(api(four), handle);
  // What a caller writes itself counts for nothing.
  await light(api(four), handle, { headers: { "x-forwarded-for": "198.51.100.1" } });
  const { body: { requestId: fromSix } } = await light(api(six), handle);
  equal((await api(six)("DELETE", `/v1/handles/${handle}`)).status, 200);
  equal((await api(four)("DELETE", `/v1/applications/${application}`)).status, 204);

  const authorization = { authorization: `Bearer ${token}` };
  const lost = await TestSocket.open(four, authorization);
  const begun = await lost.ask("phoneInitializeEx", { name: "socket" });
  const held = await lost.ask("phoneOpen", { phone: "virtual:mini-1", privilege: "owner" });
  await lost[Symbol.asyncDispose]();
  await using socket = await TestSocket.open(six, authorization);
  await socket.ask("resume", { application: begun.application });
  await socket.ask("phoneClose", { handle: held.handle });

  const facts = async (id: unknown) => {
    const { body } = await api(four)<{ events: HistoryEvent[] }>("GET", "/v1/history/events?limit=100");
    return body.events.reverse().filter((fact) => "application" in fact && fact.application === id);
  };
  const told = (facts: HistoryEvent[]) => facts.map((fact) => [fact.type, "address" in fact && fact.address]);
  const first = await facts(application);
  deepEqual(told(first), [
    ["applicationStarted", IPV4],
    ["handleOpened", IPV4],
    ["applicationMoved", IPV6],
    ["handleClosed", IPV6],
    // Only the way back within the minute is folded, and told before the end.
    ["applicationMoved", IPV4],
    ["applicationEnded", IPV4],
  ]);
  deepEqual(first.flatMap((fact) => fact.type === "applicationMoved" ? [fact.detail] : []), [
    { before: IPV4 },
    { before: IPV6, count: 1, addresses: [IPV4] },
  ]);
  deepEqual(told(await facts(begun.application)), [
    ["applicationStarted", IPV4],
    ["handleOpened", IPV4],
    ["applicationMoved", IPV6],
    ["handleClosed", IPV6],
  ]);

  // As api.md says: the newest fact of its application before it that has an address.
  const { body: { requests } } = await api(four)<{ requests: RequestRecord[] }>(
    "GET",
    `/v1/requests?application=${application}`,
  );
  const whence = requests.map(({ requestId }) =>
    first.findLast((fact) => fact.seq < requestId && "address" in fact && fact.address !== undefined)
  );
  deepEqual(
    whence.map((fact) => fact && "address" in fact && fact.address),
    requests.map(({ requestId }) => requestId === fromSix ? IPV6 : IPV4),
  );
});

Deno.test("behind a trusted proxy it is the caller's address that moves, not the proxy's", async () => {
  await using server = await startServer({ config: { trustedProxies: [IPV4] } });
  const call = api(server);
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const { body: { application } } = await call("POST", "/v1/applications", {
    body: { name: "test" },
    ...from("192.0.2.1"),
  });
  await call("POST", `/v1/applications/${application}/lease`, from("192.0.2.1"));
  await call("POST", `/v1/applications/${application}/lease`, from("192.0.2.2"));
  // It waits for its row, which stands behind that of the move.
  await call("DELETE", `/v1/applications/${application}`, from("192.0.2.2"));
  const { body: { events } } = await call<{ events: HistoryEvent<"applicationMoved">[] }>(
    "GET",
    "/v1/history/events?type=applicationMoved",
  );
  deepEqual(events.map(({ address, detail }) => [address, detail]), [["192.0.2.2", { before: "192.0.2.1" }]]);
});
