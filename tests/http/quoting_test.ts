import { equal, ok } from "node:assert/strict";
import { OPERATION_TABLE } from "../../server/core/contract/operation_table.ts";
import { OPERATIONS } from "../../server/core/contract/operations.ts";
import { methodName } from "../../server/core/contract/socket.ts";
import type { HistoryEvent } from "../../server/core/contract/facts.ts";
import { METHODS } from "../../server/socket/methods.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { type RpcMessage, TestSocket } from "../socket/support/socket.ts";
import { soon } from "../harness/soon.ts";
import { type OpenApi, type Route, routesOf } from "./support/open_api.ts";
import { openWorkshop, type Workshop } from "./support/workshop.ts";

/** What a caller says where it may say nothing so long; four letters that stand nowhere else. */
const MARK = "ZqXj";
const LONG = MARK.repeat(750);
/** The same with what gives orders to a terminal, where the place can carry it. */
const ORDERS = `\u001b[31m\r\n${LONG}`;
/** What a refusal may quote of it: 64 characters. */
const QUOTED = 64;
/** The longest that a refusal, or its row or line, may be. */
const LONGEST = 2_000;

/** Refused calls of a token that the history tells one by one: another token comes before more would be folded. */
const CALLS_OF_ONE = 20;

/** Fails if a text repeats what a caller said beyond what may be quoted, or as what gives orders. */
function holdsLittle(text: string, what: string): void {
  const longest = Math.max(0, ...(text.match(/(?:ZqXj)+(?:Z|Zq|ZqX)?/g) ?? []).map((run) => run.length));
  ok(longest <= QUOTED, `${what} quotes ${longest} characters: ${text.slice(0, 300)}`);
  ok(!/[^\P{Cc}\n]/u.test(text), `${what} gives orders: ${JSON.stringify(text.slice(0, 300))}`);
}

/** Calls whose every answer is looked at, each few of them with a token of their own. */
class Walk {
  readonly #server: RunningServer;
  #left = 0;
  #token = "";
  /** How many calls were refused. */
  refused = 0;

  constructor(server: RunningServer) {
    this.#server = server;
  }

  async token(): Promise<string> {
    if (this.#left-- > 0) return this.#token;
    this.#left = CALLS_OF_ONE;
    const body = { name: "walk", scopes: ["admin"] };
    this.#token = String((await api(this.#server)("POST", "/v1/tokens", { body })).body["token"]);
    return this.#token;
  }

  /** Sends a call as it is and looks at what comes back. */
  async http(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: unknown },
  ) {
    const what = `${method.slice(0, 10)} ${path.slice(0, 60)} ${JSON.stringify(headers).slice(0, 60)} ${
      JSON.stringify(body)?.slice(0, 60)
    }`;
    const text = body === undefined ? "" : JSON.stringify(body);
    const all = {
      host: new URL(this.#server.url).host,
      authorization: `Bearer ${await this.token()}`,
      connection: "close",
      ...(body !== undefined && { "content-type": "application/json" }),
      "content-length": String(new TextEncoder().encode(text).length),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const answer = await soon(exchange(this.#server, `${method} ${path} HTTP/1.1\r\n${lines}\r\n${text}`));
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
    ok(status > 0, `${what} is not answered: ${answer.slice(0, 100)}`);
    if (status < 400) return;
    this.refused++;
    ok(status < 500 || status === 501, `${what} is answered ${answer.slice(0, 600)}`);
    ok(answer.length <= LONGEST, `${what} is answered with ${answer.length} characters`);
    holdsLittle(answer.replaceAll("\r", ""), what);
  }
}

async function exchange(server: RunningServer, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(server.url).port) });
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  // No refusal is longer than that, and nothing else is looked at.
  const buffer = new Uint8Array(65_536);
  let length = 0;
  for (let read = 0; length < buffer.length; length += read) {
    const got = await connection.read(buffer.subarray(length)).catch(() => null);
    if (got === null) break;
    read = got;
    if (/^HTTP\/1\.1 101/.test(new TextDecoder().decode(buffer.subarray(0, 16)))) break;
    if (/\r\n\r\n:\n\n/.test(new TextDecoder().decode(buffer.subarray(0, length + got)))) break;
  }
  return new TextDecoder().decode(buffer.subarray(0, length));
}

/** Headers that some route or proxy heeds, and one that nobody does. */
const HEADERS = [
  "Accept",
  "Authorization",
  "Content-Encoding",
  "Content-Type",
  "Cookie",
  "Expect",
  "Forwarded",
  "Idempotency-Key",
  "Last-Event-ID",
  "Origin",
  "Prefer",
  "Sec-WebSocket-Protocol",
  "User-Agent",
  "X-Anything",
  "X-Forwarded-For",
  "X-Forwarded-Proto",
];

/** Bodies that begin rightly, by the route that takes them, so that each field is come to. */
const BODIES: Readonly<Record<string, readonly object[]>> = {
  beginApplication: [{ name: "x", leaseSeconds: 60 }],
  openPhone: [{ phone: "virtual:desk-1", privilege: "monitor" }],
  setStatusMessages: [{ states: [], buttonModes: [], buttonStates: [] }],
  createToken: [{ name: "x", scopes: ["metrics"], phones: ["*"] }],
  verifyHistory: [{ checkpoint: { block: 0, hash: "0".repeat(64), historyId: "0".repeat(32), at: "x" } }, {
    checkpoint: 1,
  }],
  askOperation: OPERATIONS.map((operation) => ({
    operation,
    ...OPERATION_TABLE[operation].example,
    reference: "x",
    deadlineMs: 1_000,
  })),
};

/** A body with one thing in it, at whatever depth, said at length. */
function* spoilt(value: unknown): Generator<unknown> {
  yield ORDERS;
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) return yield [ORDERS];
  yield { ...value, [ORDERS]: 1 };
  for (const [name, item] of Object.entries(value)) {
    for (const other of spoilt(item)) yield { ...value, [name]: other };
  }
}

async function walkRoute(
  walk: Walk,
  { method, path, operation }: Route,
  { application, handle }: Workshop,
): Promise<void> {
  const { operationId, parameters } = operation;
  const fill = (of: string, values: Readonly<Record<string, string>>) =>
    of.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "none");
  // What would end something names nothing.
  const there = method === "DELETE" ? {} : { application, handle, id: "12" };
  const right = fill(path, there);
  const [body] = BODIES[operationId] ?? [];

  await walk.http(`${method}${LONG}`, right, {});
  await walk.http(LONG, right, {});
  for (const { name } of parameters.filter((parameter) => parameter.in === "path")) {
    for (const said of [LONG, encodeURIComponent(ORDERS)]) {
      await walk.http(method, fill(path, { ...there, [name]: said }), { body });
    }
  }
  const query = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  for (const said of [LONG, encodeURIComponent(ORDERS), `%${LONG}`]) {
    await walk.http(method, `${right}?${said}=1`, { body });
    for (const name of query) await walk.http(method, `${right}?${name}=${said}`, { body });
  }
  for (const header of HEADERS) await walk.http(method, right, { headers: { [header]: LONG }, body: body && {} });
  for (const given of BODIES[operationId] ?? []) {
    for (const said of spoilt(given)) await walk.http(method, right, { body: said });
  }
}

/** Says to each method of the socket, in every place of what it takes, what it does not take. */
async function walkSocket(walk: Walk, server: RunningServer): Promise<void> {
  for (const [name, method] of METHODS) {
    await using socket = await TestSocket.open(server, { authorization: `Bearer ${await walk.token()}` });
    if (method.kind === "application") await socket.ask("phoneInitializeEx", { name: "walk" });
    const opened = method.kind === "application" && await socket.ask("phoneOpen", {
      phone: "virtual:desk-1",
      privilege: "monitor",
    });
    const operation = OPERATIONS.find((operation) => methodName(operation) === name);
    const right = {
      ...(opened && { handle: opened["handle"] }),
      ...(operation && OPERATION_TABLE[operation].example),
      ...(!operation && { phone: "x", privilege: "x", lamp: 1, device: "x", name: "x", application: "x" }),
    };
    const messages = [
      ...[...spoilt(right)].map((params) => ({ jsonrpc: "2.0", id: 1, method: name, params })),
      { jsonrpc: ORDERS, id: 1, method: name },
      { jsonrpc: "2.0", id: [ORDERS], method: name },
      { jsonrpc: "2.0", id: 1, method: ORDERS },
    ];
    for (const message of messages) socket.sendRaw(JSON.stringify(message));
    for (const _ of messages) {
      const answer = await answerOf(socket);
      // JSON shows what gives orders by its code, so the message itself is looked at.
      holdsLittle(answer.error?.message ?? "", name);
      ok(answer.error === undefined || JSON.stringify(answer).length <= LONGEST, name);
    }
  }
}

/** The next message that is an answer. */
async function answerOf(socket: TestSocket): Promise<RpcMessage> {
  for (;;) {
    const message = await socket.nextOne();
    if (message.method === undefined) return message;
  }
}

Deno.test("whatever quotes a caller quotes 64 characters, none of which gives orders: refusals, facts and log, over HTTP and socket (SECURITY.md)", async (t) => {
  await using server = await startServer({ config: { log: { level: "debug" } } });
  const call = api(server);
  const workshop = await openWorkshop(call);
  const walk = new Walk(server);
  const { body: document } = await call<OpenApi>("GET", "/v1/openapi.json");
  await t.step("HTTP", async () => {
    for (const route of routesOf(document)) await walkRoute(walk, route, workshop);
    await walk.http(LONG, `/${LONG}`, {});
    await walk.http("GET", `/v1/${LONG}`, {});
  });
  await t.step("the socket", () => walkSocket(walk, server));
  await t.step("the history", async () => {
    let next: string | null = null;
    let seen = 0;
    do {
      const { body }: { body: { events: HistoryEvent[]; next: string | null } } = await call(
        "GET",
        `/v1/history/events?type=callRefused&limit=500${next === null ? "" : `&cursor=${next}`}`,
      );
      for (const event of body.events) {
        seen++;
        equal(event.type, "callRefused");
        ok(JSON.stringify(event).length <= LONGEST);
        for (const text of Object.values(event.detail)) holdsLittle(String(text), JSON.stringify(event).slice(0, 200));
      }
      next = body.next;
    } while (next !== null);
    ok(seen > walk.refused / 2, `${seen} rows tell of ${walk.refused} refusals`);
  });
  await t.step("the log", () => {
    const lines = server.output().split("\n");
    ok(lines.some((line) => line.includes("call refused")));
    for (const line of lines) {
      ok(line.length <= LONGEST, line.slice(0, 300));
      holdsLittle(line, "a line of the log");
    }
  });
});
