import { deepEqual, equal, ok } from "node:assert/strict";
import { OPERATION_TABLE } from "../../server/core/contract/operation_table.ts";
import type { RequestRecord } from "../../server/core/contract/record.ts";
import { METHODS } from "../../server/socket/methods.ts";
import { api, type Call } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { type RpcMessage, TestSocket } from "../socket/support/socket.ts";
import { access, light, open, person } from "./support/access.ts";
import { type OpenApi, routesOf } from "./support/open_api.ts";

const VIRTUAL = new URL("../../plugins/virtual", import.meta.url).pathname;
/** Two of the four phones that there are; `unseen` is a whole plugin. */
const CONFIG = { plugins: [{ source: VIRTUAL }, { name: "unseen", source: VIRTUAL }] };
const SEEN = ["virtual:mini-*"];

/** What stands nowhere in what a limited token is told: names, ids and words of what belongs to a phone that it may not see. */
interface Unseen {
  readonly phones: readonly string[];
  readonly plugin: string;
  readonly handles: readonly string[];
  readonly requests: readonly number[];
  readonly words: readonly string[];
}

/** What a call is answered, without what varies by itself. */
async function told(call: Call, { method, path, body }: { method: string; path: string; body?: unknown }) {
  const signal = AbortSignal.timeout(10_000);
  const answer = await call<unknown>(method, path, { signal, ...(body !== undefined && { body }) });
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  return { status: answer.status, text };
}

/** A name that looks the same and is nobody's. */
function nobodys(name: string): string {
  return name.replace(/.$/, (last) => last === "x" ? "y" : "x");
}

const BODIES: Readonly<Record<string, object>> = {
  beginApplication: { name: "x" },
  setStatusMessages: { states: [], buttonModes: [], buttonStates: [] },
  createToken: { name: "x", scopes: ["metrics"] },
  askOperation: { operation: "setLamp", lamp: 12, mode: "steady" },
};

/** What ends or commands something that the token may see, and is tried elsewhere; `readEvents` has no end. */
const NOT_OF_THE_SEEN = [
  "startPlugin",
  "stopPlugin",
  "reloadPlugin",
  "endApplication",
  "closeHandle",
  "rotateToken",
  "revokeToken",
];
/** What everybody is told: which plugins there are, and examples. */
const EVERYBODYS = ["isReady", "readOpenApi", "readAsyncApi"];
const NOT_AT_ALL = ["readEvents", "openSocket"];

Deno.test("what a token may not see does not exist for it: every route, method, event and metric says the same as of what was never there (api section 2)", async (t) => {
  await using server = await startServer({ config: CONFIG });
  const all = api(server);
  const { body: document } = await all<OpenApi>("GET", "/v1/openapi.json");

  // Somebody else works with phones that are not seen, and with one that is.
  const theirs = await open(all, { phone: "unseen:desk-1" });
  const openIt = async (phone: string, privilege: string) =>
    String(
      (await all("POST", `/v1/applications/${theirs.application}/handles`, { body: { phone, privilege } }))
        .body["handle"],
    );
  const desk = await openIt("virtual:desk-1", "owner");
  const mini = await openIt("virtual:mini-1", "monitor");
  const ask = async (handle: string, reference: string) => {
    const body = { operation: "setLamp", lamp: 20, mode: "steady", reference };
    return (await all<RequestRecord>("POST", `/v1/handles/${handle}/requests`, { body, headers: { prefer: "wait=5" } }))
      .body;
  };
  const requests = [await ask(theirs.handle, "not for them"), await ask(desk, "not for them")].map((it) =>
    it.requestId
  );
  const unseen: Unseen = {
    phones: ["unseen:desk-1", "unseen:mini-1", "virtual:desk-1"],
    plugin: "unseen",
    handles: [theirs.handle, desk],
    requests,
    words: [
      "unseen",
      "virtual:desk-1",
      theirs.handle,
      desk,
      "not for them",
      ...requests.map((id) => `"requestId":${id},`),
    ],
  };
  const holdsNothing = (text: string, { what, but = [] }: { what: string; but?: readonly string[] }) => {
    for (const said of but) text = text.replaceAll(said, "");
    for (const word of unseen.words) ok(!text.includes(word), `${what} tells of ${word}: ${text.slice(0, 500)}`);
  };

  const admin = await access(server, { scopes: ["admin"], phones: SEEN });
  const metrics = await access(server, { scopes: ["metrics"], phones: SEEN });
  const own = await open(admin.call, { phone: "virtual:mini-1" });

  await t.step("HTTP", async () => {
    const seen = {
      application: own.application,
      handle: own.handle,
      phone: "virtual:mini-1",
      plugin: "virtual",
      id: "12",
      device: "handset",
    };
    const values: Readonly<Record<string, readonly string[]>> = {
      handle: unseen.handles,
      phone: [...unseen.phones, "0", "2", "3"],
      plugin: [unseen.plugin],
      id: unseen.requests.map(String),
    };
    for (const { method, path, operation: { operationId } } of routesOf(document)) {
      if (NOT_AT_ALL.includes(operationId)) continue;
      const fill = (over: Readonly<Record<string, string>>) =>
        path.replaceAll(
          /\{(\w+)\}/g,
          (_, name: string) => encodeURIComponent(over[name] ?? seen[name as keyof typeof seen] ?? "none"),
        );
      const body = BODIES[operationId];
      const given = body === undefined ? {} : { body };
      if (!NOT_OF_THE_SEEN.includes(operationId)) {
        for (const { call } of [admin, metrics]) {
          if (EVERYBODYS.includes(operationId)) continue;
          holdsNothing((await told(call, { method, path: fill({}), ...given })).text, { what: operationId });
        }
      }
      for (const [, name = ""] of path.matchAll(/\{(\w+)\}/g)) {
        // Tokens and lamps have ids too, which are no requests.
        if (name === "id" && operationId !== "readRequest") continue;
        for (const value of values[name] ?? []) {
          const nobody = name === "phone" && /^\d+$/.test(value) ? "99" : name === "id" ? "999999" : nobodys(value);
          const [one, other] = [
            await told(admin.call, { method, path: fill({ [name]: value }), ...given }),
            await told(admin.call, { method, path: fill({ [name]: nobody }), ...given }),
          ];
          const what = `${operationId} of ${value}`;
          equal(one.status, 404, `${what}: ${one.text}`);
          deepEqual({ ...one, text: one.text.replaceAll(`"${value}\\"`, `"${nobody}\\"`) }, other, what);
        }
      }
    }
    for (const phone of [...unseen.phones, 0]) {
      const path = `/v1/applications/${own.application}/handles`;
      equal((await told(admin.call, { method: "POST", path, body: { phone, privilege: "monitor" } })).status, 404);
    }
    for (const query of ["format=csv", "format=jsonl", "format=chain", "phone=unseen%3Adesk-1"]) {
      holdsNothing((await told(admin.call, { method: "GET", path: `/v1/history/export?${query}` })).text, {
        what: query,
      });
    }
    for (const query of [`phone=unseen%3Adesk-1`, `plugin=unseen`, `token=t-x`, `application=${theirs.application}`]) {
      holdsNothing((await told(admin.call, { method: "GET", path: `/v1/requests?${query}` })).text, { what: query });
    }
  });

  await t.step("the headers, of which none changes while a phone works that is not seen", async () => {
    const varying = ["date", "content-length"];
    const headersOf = async () => {
      const found: Record<string, string[]> = {};
      for (const { method, path, operation: { operationId } } of routesOf(document)) {
        if (method !== "GET" || NOT_AT_ALL.includes(operationId)) continue;
        const { headers } = await admin.call("GET", path.replace("{plugin}", "virtual").replaceAll(/\{\w+\}/g, "none"));
        found[operationId] = [...headers].filter(([name]) => !varying.includes(name)).map(String);
      }
      return found;
    };
    const before = await headersOf();
    ok(before["exportHistory"]?.includes('content-disposition,attachment; filename="history.jsonl"'));
    await ask(theirs.handle, "not for them");
    deepEqual(await headersOf(), before);
  });

  await t.step("what is seen of others is told, and can be released", async () => {
    const { body: { applications } } = await admin.call<
      { applications: { application: string; handles: { handle: string }[] }[] }
    >("GET", "/v1/applications");
    const handles = applications.find(({ application }) => application === theirs.application)?.handles;
    deepEqual(handles?.map(({ handle }) => handle), [mini]);
    equal((await admin.call("DELETE", `/v1/handles/${mini}`)).status, 200);
    const { body: { plugins } } = await admin.call<{ plugins: { name: string; phones: number }[] }>(
      "GET",
      "/v1/plugins",
    );
    deepEqual(plugins.map(({ name, phones }) => [name, phones]), [["virtual", 1]]);
    const { body: { phoneCount } } = await admin.call("POST", "/v1/applications", { body: { name: "x" } });
    equal(phoneCount, 2, "device ids end behind the last phone that is seen");
  });

  await t.step("metrics, logs and the chain, which tell of all phones", async () => {
    for (const { call } of [admin, metrics]) equal((await call("GET", "/metrics")).status, 403);
    equal((await admin.call("GET", "/v1/plugins/virtual/logs")).status, 403);
    equal((await admin.call("GET", "/v1/history/checkpoint")).status, 403);
    equal((await admin.call("POST", "/v1/history/verify")).status, 403);
    const whole = await access(server, { scopes: ["admin"], phones: ["virtual:*"] });
    equal((await whole.call("GET", "/v1/plugins/virtual/logs")).status, 200);
    equal((await whole.call("GET", "/v1/plugins/unseen/logs")).status, 404);
  });

  await t.step("the socket", async () => {
    await using socket = await TestSocket.open(server, { authorization: `Bearer ${admin.token}` });
    equal((await socket.ask("phoneInitializeEx", { name: "socket" }))["phoneCount"], 2);
    for (const [name, { kind }] of METHODS) {
      if (kind === "socket" || name === "phoneShutdown") continue;
      const operation = Object.values(OPERATION_TABLE).find((_, i) =>
        name.toLowerCase() === `phone${Object.keys(OPERATION_TABLE)[i]}`.toLowerCase()
      );
      const rest = operation?.example ?? {};
      const pairs: [unseen: object, nobodys: object][] = name === "phoneGetRequest"
        ? unseen.requests.map((requestId) => [{ requestId }, { requestId: 999_999 }])
        : name === "phoneGetDevCaps" || name === "phoneOpen"
        ? [...unseen.phones, 0].map((phone) => [phone, typeof phone === "number" ? 99 : nobodys(phone)]).map(
          ([phone, other]) => {
            const privilege = name === "phoneOpen" && { privilege: "monitor" };
            return [{ phone, ...privilege }, { phone: other, ...privilege }];
          },
        )
        : name === "phoneGetPhones"
        ? [[{}, {}]]
        : unseen.handles.map((handle) => [{ handle, ...rest }, { handle: nobodys(handle), ...rest }]);
      for (const [params, other] of pairs) {
        const asked = await socket.call(name, params);
        const twin = await socket.call(name, other);
        const words = ({ error, result }: RpcMessage) => [error?.code, error?.data, result];
        deepEqual(words(asked), words(twin), `${name} ${JSON.stringify(params)}`);
        holdsNothing(JSON.stringify(asked), { what: name, but: Object.values(params).map(String) });
      }
    }
  });

  await t.step("the events", async () => {
    await using few = await openEvents(admin, own.application);
    await using many = await openEvents(server, theirs.application);
    await light(all, theirs.handle);
    await person(all, theirs.handle, { command: { connected: false } });
    await person(all, desk, { command: { remove: true } });
    await many.next("PHONE_REMOVE");
    equal((await all("POST", "/v1/plugins/unseen/reload")).status, 200);
    await person(admin.call, own.handle, { command: { remove: true } });
    equal((await few.next("PHONE_REMOVE")).phone, "virtual:mini-1");
    holdsNothing(JSON.stringify(few.seen), { what: "the events" });
    const removed = await told(admin.call, { method: "GET", path: "/v1/phones/virtual:desk-1" });
    deepEqual(removed.status, 404, "also once it was removed");
  });
});
