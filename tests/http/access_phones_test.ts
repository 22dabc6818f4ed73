import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { access, CONTROL, light, open, person } from "./support/access.ts";

Deno.test("a token that is limited to phones sees these and nothing of the others (api section 2)", async () => {
  await using server = await startServer();
  const limited = await access(server, { ...CONTROL, phones: ["virtual:mini-*"] });
  const all = api(server);
  const { body: { phones } } = await limited.call<{ phones: { phone: string; deviceId: number }[] }>(
    "GET",
    "/v1/phones",
  );
  deepEqual(phones.map(({ phone, deviceId }) => [phone, deviceId]), [["virtual:mini-1", 1]]);
  for (const phone of ["virtual:desk-1", "0"]) {
    const { status, body } = await limited.call("GET", `/v1/phones/${phone}`);
    deepEqual([status, body["code"]], [404, "PHONEERR_BADDEVICEID"]);
  }
  equal((await limited.call("GET", "/v1/phones/1")).status, 200);

  const own = await open(limited.call, { phone: "virtual:mini-1" });
  const path = `/v1/applications/${own.application}/handles`;
  for (const phone of ["virtual:desk-1", 0]) {
    const { status, body } = await limited.call("POST", path, { body: { phone, privilege: "monitor" } });
    deepEqual([status, body["code"]], [404, "PHONEERR_BADDEVICEID"]);
  }

  const desk = await open(all);
  const { body: theirs } = await light(all, desk.handle, { headers: { prefer: "wait=5" } });
  const { body: seen } = await limited.call<RequestRecord>("POST", `/v1/handles/${own.handle}/requests`, {
    body: { operation: "setLamp", lamp: 12, mode: "steady" },
    headers: { prefer: "wait=5" },
  });
  equal(seen.outcome, "succeeded");
  const { body: { requests } } = await limited.call<{ requests: RequestRecord[] }>("GET", "/v1/requests");
  deepEqual(requests.map(({ requestId }) => requestId), [seen.requestId]);
  equal((await limited.call("GET", `/v1/requests/${theirs.requestId}`)).status, 404);
  equal((await limited.call("GET", `/v1/requests/${seen.requestId}`)).status, 200);
  const { body: { events } } = await limited.call<{ events: HistoryEvent[] }>("GET", "/v1/history/events");
  deepEqual(events.map((event) => [event.type, "phone" in event && event.phone]), [
    ["handleOpened", "virtual:mini-1"],
    ["phoneAdded", "virtual:mini-1"],
  ]);

  await using few = await openEvents(limited, own.application);
  await using many = await openEvents(server, desk.application);
  await person(all, desk.handle, { command: { remove: true } });
  await many.next("PHONE_REMOVE");
  await person(limited.call, own.handle, { command: { remove: true } });
  equal((await few.next("PHONE_REMOVE")).phone, "virtual:mini-1");
  deepEqual(few.seen.filter(({ type }) => type === "PHONE_REMOVE").length, 1);
});
