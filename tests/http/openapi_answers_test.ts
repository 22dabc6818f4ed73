import { deepEqual } from "node:assert/strict";
import { api, type Call, type CallOptions } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { GOOD_USE, perform, person } from "./support/good_use.ts";
import { misuse } from "./support/misuse.ts";
import { AnswerCheck, type OpenApi, routesOf } from "./support/open_api.ts";
import { expect, openWorkshop, type Workshop } from "./support/workshop.ts";

/** What the document says and calls alone do not bring about, and what does. */
const NOT_PROVOKED: readonly [answers: RegExp, why: string][] = [
  [/ (500|503)$/, "a fault of ours, a server that stops, a disk that is full: openapi_faults_test.ts"],
  [/ (502|default)$/, "a driver that fails: openapi_faults_test.ts"],
  [/^createToken 409$/, "more tokens than there may be, which takes long: they are a thousand"],
  [/^openSocket 101$/, "an open WebSocket shows no answer: tests/socket/asyncapi_test.ts opens one"],
  [/^(start|reload)Plugin 409$/, "a plugin whose folder has been broken, or that does not start: plugins_test.ts"],
  [/ 429$/, "a bound that is reached: openapi_faults_test.ts"],
  [/^get(HookSwitch|Volume|Gain|Lamp|ButtonInfo) 501$/, "a driver without that getter: tests/conformance"],
];

Deno.test("every answer of the server is documented whole, and every documented one is given (api section 2)", async (t) => {
  await using server = await startServer();
  const call = api(server);
  const { body: document } = await call<OpenApi>("GET", "/v1/openapi.json");
  const check = new AnswerCheck(document);
  const ask: Call = async <Body>(method: string, path: string, options?: CallOptions) => {
    const answer = await call<Body>(method, path, options);
    check.check({ method, path, sent: options?.body }, answer);
    return answer;
  };

  const workshop = await openWorkshop(ask);
  for (const [what, use] of Object.entries(GOOD_USE)) await t.step(what, () => use(workshop));
  for (const route of routesOf(document)) {
    await t.step(`the misuse of ${route.operation.operationId}`, () => misuse(route, workshop));
  }
  await t.step("the end", () => end(server, { check, workshop }));
  // The drivers of these phones answer nothing but what is listed.
  deepEqual([...check.seen].filter((answer) => answer.endsWith(" default")), []);
  deepEqual(
    check.documented.filter((answer) => !check.seen.has(answer) && !NOT_PROVOKED.some(([some]) => some.test(answer))),
    [],
  );
});

/** What takes away what the other calls needed. */
async function end(
  server: RunningServer,
  { check, workshop: { ask, application, monitor } }: { check: AnswerCheck; workshop: Workshop },
): Promise<void> {
  const path = `/v1/applications/${application}/events`;
  // A stream has no end to wait for: its head is looked at.
  const { status, headers, body } = await fetch(server.url + path, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  await body?.cancel();
  check.check({ method: "GET", path }, { status, headers, body: "" });

  await using events = await openEvents(server, application);
  await perform(ask, monitor, { body: person({ remove: true }) });
  await events.next("PHONE_REMOVE");
  await expect(410, ask("GET", "/v1/phones/virtual:mini-1"));
  const again = { phone: "virtual:mini-1", privilege: "monitor" };
  await expect(410, ask("POST", `/v1/applications/${application}/handles`, { body: again }));
  await expect(204, ask("DELETE", `/v1/applications/${application}`));

  await expect(200, ask("GET", "/v1/plugins"));
  for (const command of ["stop", "start", "reload"]) await expect(200, ask("POST", `/v1/plugins/virtual/${command}`));
  await expect(200, ask("GET", "/v1/plugins/virtual/logs"));
}
