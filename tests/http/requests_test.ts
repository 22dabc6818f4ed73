import { deepEqual, equal, match } from "node:assert/strict";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { recordOf, SECRETS, TestServer } from "./support/server.ts";
import { soon } from "../harness/soon.ts";

const PATH = "/v1/handles/own-1/requests";
const LAMP = { operation: "setLamp", lamp: 12, mode: "steady" };

/** A body for each of the nine, all fields given. */
const NINE: Record<string, unknown>[] = [
  { operation: "devSpecific", params: "eyJwcmVzcyI6MX0=" },
  { operation: "setButtonInfo", button: 12, mode: "feature", function: 0x80000001, text: "", devSpecific: "" },
  { operation: "setData", dataId: 0, data: "AAEC" },
  { operation: "setDisplay", row: 0, column: 0, text: "Grüße 📞" },
  { operation: "setGain", device: "handset", gain: 4294967295 },
  { operation: "setHookSwitch", devices: ["handset", "headset"], mode: "micSpeaker" },
  LAMP,
  { operation: "setRing", mode: 0, volume: 65535 },
  { operation: "setVolume", device: "speaker", volume: 0 },
];

/** Resolves when the core has been told `count` times that an answer was handed out. */
function answered(server: TestServer, count: number): Promise<void> {
  return soon(
    new Promise((resolve) => {
      const check = () => server.core.answered >= count && resolve();
      server.core.onAnswered = check;
      check();
    }),
  );
}

Deno.test("each of the nine is accepted with its parameters as they were asked (api section 2)", async () => {
  await using server = new TestServer();
  deepEqual(NINE.map(({ operation }) => operation), OPERATIONS);
  for (const json of NINE) {
    const { status } = await server.call("POST", PATH, { json });
    equal(status, 202);
    const { operation, ...params } = json;
    deepEqual(server.core.calls.pop(), ["request", "own-1", operation, { params }]);
  }
});

Deno.test("the 202 carries the request's id, its state and its Location (api section 2)", async () => {
  await using server = new TestServer();
  const { status, headers, body } = await server.call("POST", PATH, {
    json: { ...LAMP, reference: "r", deadlineMs: 5 },
  });
  equal(status, 202);
  deepEqual(body, { requestId: 1, state: "accepted" });
  equal(headers.get("location"), "/v1/requests/1");
  deepEqual(server.core.calls, [
    ["request", "own-1", "setLamp", { params: { lamp: 12, mode: "steady" }, reference: "r", deadlineMs: 5 }],
  ]);
});

Deno.test("every missing or unknown field and every wrong JSON type is 400 and points at the place (api section 2)", async () => {
  await using server = new TestServer();
  const refused = async (json: unknown, detail: RegExp) => {
    const answer = await server.call("POST", PATH, { json });
    equal(answer.status, 400, JSON.stringify(json));
    match(String(answer.body?.["detail"]), detail);
  };
  for (const whole of NINE) {
    const { operation } = whole;
    for (const field of Object.keys(whole).filter((field) => field !== "operation")) {
      const { [field]: _, ...rest } = whole;
      if (field !== "devSpecific") await refused(rest, new RegExp(`^body.${field} is missing: it must be `));
      await refused({ ...whole, [field]: { x: 1 } }, new RegExp(`^body.${field} must be `));
      await refused({ ...whole, [field]: null }, new RegExp(`^body.${field} must be `));
    }
    await refused({ ...whole, surplus: 1 }, /^body has an unknown field "surplus"$/);
    await refused({ ...whole, reference: 1 }, /^body.reference must be a string$/);
    await refused({ ...whole, deadlineMs: "5" }, /^body.deadlineMs must be a number$/);
    await refused({ ...whole, operation: [operation] }, /^body.operation must be one of devSpecific /);
  }
  await refused({ ...LAMP, operation: "setLamps" }, /^body.operation must be one of devSpecific /);
  await refused({ ...LAMP, operation: "constructor" }, /^body.operation must be one of devSpecific /);
  await refused({ lamp: 1 }, /^body.operation is missing: it must be one of /);
  await refused(
    { operation: "setHookSwitch", devices: ["handset", 7], mode: "mic" },
    /^body.devices\[1\] must be a string$/,
  );
  for (const body of [[], null, 1, "x", true]) await refused(body, /^body must be an object$/);
  deepEqual(server.core.calls, []);
});

Deno.test("bytes that are not base64 are 400 and point at the place", async () => {
  await using server = new TestServer();
  for (const data of ["A", "AAA", "A===", "AA-_", "AAAA\n", "é"]) {
    const { status, body } = await server.call("POST", PATH, { json: { operation: "setData", dataId: 0, data } });
    equal(status, 400);
    equal(body?.["detail"], "body.data must be base64");
  }
});

Deno.test("a monitor learns NOTOWNER before anybody looks at its parameters, except for devSpecific (contract 2.0)", async () => {
  await using server = new TestServer();
  for (const operation of OPERATIONS) {
    const { status, body } = await server.call("POST", "/v1/handles/mon-1/requests", { json: { operation, bad: 1 } });
    equal(status, operation === "devSpecific" ? 400 : 403);
    if (operation !== "devSpecific") equal(body?.["value"], -1879048165);
  }
  const json = { operation: "devSpecific", params: "" };
  equal((await server.call("POST", "/v1/handles/mon-1/requests", { json })).status, 202);
});

Deno.test("a closed handle is 404 whatever the body (contract 2.0)", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("POST", "/v1/handles/gone/requests", { body: "{" });
  equal(status, 404);
  equal(body?.["code"], "PHONEERR_INVALPHONEHANDLE");
});

Deno.test("Prefer: wait answers 200 with the record when the request ends in time, also when it failed (api section 2)", async () => {
  await using server = new TestServer();
  const record = recordOf({ outcome: "failed", result: -1879048175, code: "PHONEERR_INVALLAMPMODE" });
  server.core.done = () => Promise.resolve(record);
  const { status, headers, body } = await server.call("POST", PATH, { json: LAMP, headers: { prefer: "wait=5" } });
  equal(status, 200);
  deepEqual(body, record);
  equal(headers.get("preference-applied"), "wait=5");
});

Deno.test("Prefer: wait gives the record from the history when the request was over before its key was asked again (api section 2)", async () => {
  await using server = new TestServer();
  server.core.done = () => Promise.resolve(undefined);
  server.reader.record = recordOf();
  const headers = { prefer: "wait=5", "idempotency-key": "k" };
  const { status, body } = await server.call("POST", PATH, { json: LAMP, headers });
  deepEqual([status, body], [200, server.reader.record]);
  deepEqual(server.reader.asked, [1]);
});

Deno.test("Prefer: wait with return=minimal answers no more than how it ended, and says that it does (api section 2)", async () => {
  await using server = new TestServer();
  const record = recordOf({ outcome: "failed", result: -1879048175, code: "PHONEERR_INVALLAMPMODE" });
  const minimal = { requestId: 1, state: "completed", outcome: "failed", result: -1879048175 };
  server.core.done = () => Promise.resolve(record);
  const answerTo = async (prefer: string) => {
    const { status, headers, body } = await server.call("POST", PATH, { json: LAMP, headers: { prefer } });
    return [status, headers.get("preference-applied"), body];
  };
  deepEqual(await answerTo("wait=5, return=minimal"), [200, "wait=5, return=minimal", minimal]);
  deepEqual(await answerTo('Return="minimal"; x=1, foo, wait=90'), [
    200,
    "wait=60, return=minimal",
    minimal,
  ]);
  deepEqual(await answerTo("wait=5, return=representation, return=minimal"), [
    200,
    "wait=5, return=representation",
    record,
  ]);
  deepEqual(await answerTo("wait=5, return=nothing"), [200, "wait=5", record]);
  const body = JSON.stringify(LAMP);
  const inTwoLines = await server.raw(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${SECRETS["t-all"]}\r\n` +
      `prefer: return=minimal\r\nprefer: wait=5\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
  match(inTwoLines, /^preference-applied: wait=5, return=minimal\r$/m);
});

Deno.test("return=minimal changes nothing for whoever does not wait (api section 2)", async () => {
  await using server = new TestServer();
  const prefer = "return=minimal";
  const { status, headers, body } = await server.call("POST", PATH, { json: LAMP, headers: { prefer } });
  deepEqual([status, headers.get("preference-applied")], [202, null]);
  deepEqual(body, { requestId: 1, state: "accepted" });
});

Deno.test("return=minimal of a request that only the history has still: from there, and damaged if it is (api section 5)", async () => {
  await using server = new TestServer();
  server.core.done = () => Promise.resolve(undefined);
  const headers = { prefer: "wait=5, return=minimal", "idempotency-key": "k" };
  const answer = async () => (await server.call("POST", PATH, { json: LAMP, headers })).body;
  server.reader.record = recordOf();
  deepEqual(await answer(), { requestId: 1, state: "completed", outcome: "succeeded", result: 0 });
  const damaged = { row: 2, problem: "row 2 is not the one that was written" };
  server.reader.record = { requestId: 1, operation: "setLamp", outcome: "succeeded", damaged };
  deepEqual(await answer(), { requestId: 1, outcome: "succeeded", damaged });
});

Deno.test("which deadline can be is the core's question: any number is handed on (api section 2)", async () => {
  await using server = new TestServer();
  for (const deadlineMs of [0, -1, 1.5, 1e300]) {
    equal((await server.call("POST", PATH, { json: { ...LAMP, deadlineMs } })).status, 202);
    const [, , , options] = server.core.calls.at(-1) ?? [];
    deepEqual(options, { params: { lamp: 12, mode: "steady" }, deadlineMs });
  }
});

Deno.test("Prefer: wait answers 202 when the time is over, and its timer is gone when the request ends first (api section 2)", async () => {
  await using server = new TestServer();
  const reached = Promise.withResolvers<void>();
  const done = Promise.withResolvers<RequestRecord>();
  server.core.done = () => {
    // The timer is set after the core has answered, one turn of the loop later at the latest.
    setTimeout(reached.resolve);
    return done.promise;
  };
  const answer = server.call("POST", PATH, { json: LAMP, headers: { prefer: "wait=90, return=minimal" } });
  await soon(reached.promise);
  server.clock.advance(59_999);
  equal(server.core.answered, 0);
  server.clock.advance(1);
  const { status, headers, body } = await answer;
  equal(status, 202);
  deepEqual(body, { requestId: 1, state: "accepted" });
  equal(headers.get("preference-applied"), "wait=60");
  await answered(server, 1);

  server.core.done = () => Promise.resolve(recordOf());
  server.clock.advance(10_000);
  await server.call("POST", PATH, { json: LAMP, headers: { prefer: "wait=60" } });
  await answered(server, 2);
  server.clock.advance(1_000);
  equal(server.clock.pending, 0);
});

Deno.test("the core is told once that an answer was handed out, and not before (R33)", async () => {
  await using server = new TestServer();
  for (let i = 1; i <= 3; i++) {
    const response = await server.fetch("POST", PATH, { json: LAMP });
    await response.text();
    await answered(server, i);
  }
  server.clock.advance(60_000);
  equal(server.core.answered, 3);
});

Deno.test("the core is told also when the client hangs up before its answer", async () => {
  await using server = new TestServer();
  const reached = Promise.withResolvers<void>();
  const done = Promise.withResolvers<RequestRecord>();
  server.core.done = () => {
    reached.resolve();
    return done.promise;
  };
  const body = JSON.stringify(LAMP);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(
    new TextEncoder().encode(
      `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRETS["t-all"]}\r\nprefer: wait=60\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ),
  );
  await soon(reached.promise);
  connection.close();
  done.resolve(recordOf());
  await answered(server, 1);
});

Deno.test("an Idempotency-Key goes to the core, and one that is none is refused before anything is asked (api section 2)", async () => {
  await using server = new TestServer();
  const post = (key: string) => server.call("POST", PATH, { json: LAMP, headers: { "idempotency-key": key } });
  equal((await post("try-7")).status, 202);
  const [, , , asked] = server.core.calls.at(-1) ?? [];
  equal((asked as { key?: string }).key, "try-7");
  for (const wrong of ["", "two words", "x".repeat(256)]) equal((await post(wrong)).status, 400, JSON.stringify(wrong));
  equal(server.core.calls.length, 1);
});

Deno.test("the lease is held for as long as an answer is waited for (api section 2)", async () => {
  await using server = new TestServer();
  server.core.done = () => Promise.resolve(recordOf());
  await server.call("POST", PATH, { json: LAMP });
  equal(server.core.held.length, 0);
  await server.call("POST", PATH, { json: LAMP, headers: { prefer: "wait=5" } });
  equal(server.core.held.join(), "hold app-1,release app-1");
});
