/**
 * Bodies, headers, paths and queries of every route, in this process.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { trustedProxies } from "../../../server/http/caller/trusted_proxies.ts";
import corpus from "../corpus/http.json" with { type: "json" };
import { bytesOf } from "../inputs/bytes.ts";
import type { Subject, Target } from "../target.ts";
import { DocumentedAnswers } from "../world/documented.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { endApplications, type House, inHouse, openHouse, SECRETS, wholeHouse } from "../world/house.ts";
import { DOCUMENT } from "../world/published.ts";
import { callsOf, type FuzzCall } from "./calls.ts";

const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } as const;
const isTrusted = trustedProxies(["127.0.0.1"]);

/** What cannot come through the server's parser. */
const NOT_IN_PATHS = /[^\x21-\x7e]|#/g;
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/g;

/** What the runtime's own `Request` is slow to take; the server makes none, and `server_http` sends it to one. */
const SLOW_IN_HEADERS = /[\t ]{1000,}/g;

/** See the module. */
export const http: Target<FuzzCall> = {
  name: "http",
  share: 50,
  noise: HEAP_NOISE,
  corpus: corpus as unknown as FuzzCall[],
  inputs: callsOf(DOCUMENT, { operator: SECRETS.operator, others: [SECRETS.watcher, SECRETS.nobody] }),
  open: async () => new HttpSubject(await openHouse()),
};

class HttpSubject implements Subject<FuzzCall> {
  readonly #answers = new DocumentedAnswers(DOCUMENT);
  #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  async attempt(call: FuzzCall): Promise<void> {
    this.#house = await wholeHouse(this.#house);
    const house = this.#house;
    house.answered = undefined;
    const handedOut = Promise.withResolvers<void>();
    const request = requestOf(house, call);
    const response = await house.app.fetch(request, {
      completed: handedOut.promise,
      overTls: false,
      isTrusted,
      remoteAddr: ADDRESS,
    });
    const text = await textOf(response);
    handedOut.resolve();
    deepEqual(house.reported, []);
    this.#answers.check({ method: call.method, route: routeOf(house, request) }, {
      status: response.status,
      headers: response.headers,
      text,
    });
  }

  async goOn(): Promise<void> {
    this.#house = await wholeHouse(this.#house);
    const { app, core, application, ports } = this.#house;
    const response = await app.fetch(
      requestOf(this.#house, {
        method: "POST",
        path: "/v1/handles/{owner}/requests",
        headers: [["authorization", `Bearer ${SECRETS.operator}`], ["content-type", "application/json"]],
        body: `{"operation":"setLamp","lamp":20,"mode":"steady"}`,
      }),
      { completed: Promise.resolve(), overTls: false, isTrusted, remoteAddr: ADDRESS },
    );
    equal(response.status, 202, await response.text());
    await endApplications(core, { but: application.id });
    for (const { id } of [...ports.tokenStore.list()]) {
      ports.tokens.remove(id, "revoked");
      await ports.tokenStore.remove(id);
    }
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#house.core.lifecycle.stop();
  }
}

function requestOf(house: House, { method, path, headers, body }: FuzzCall): Request {
  const bytes = body === undefined || method === "GET" || method === "HEAD" ? undefined : bytesOf(inHouse(house, body));
  const sent = new Headers(
    headers.map(([name, value]) => [
      name,
      inHouse(house, value).replaceAll(NOT_IN_HEADERS, "").replaceAll(SLOW_IN_HEADERS, " ").trim(),
    ]),
  );
  if (bytes !== undefined) sent.set("content-length", String(bytes.length));
  sent.set("host", "127.0.0.1");
  const request = new Request("http://127.0.0.1", { method, headers: sent, ...bytes && { body: bytes } });
  // As the server gives it: what the client wrote, and not what a URL makes of it.
  Object.defineProperty(request, "url", {
    value: `http://127.0.0.1${inHouse(house, path).replaceAll(NOT_IN_PATHS, "")}`,
  });
  return request;
}

/** The route that has answered, as the document writes it. */
function routeOf({ answered }: House, request: Request): string | undefined {
  // Those about health are not counted.
  if (answered === undefined) return new URL(request.url).pathname.startsWith("/r") ? "/readyz" : "/healthz";
  return answered.route === "unrouted" ? undefined : answered.route.replaceAll(/:(\w+)/g, "{$1}");
}

/** Reads an answer; an event stream has no end to wait for. */
async function textOf(response: Response): Promise<string | undefined> {
  if (response.headers.get("content-type") !== "text/event-stream") return await response.text();
  await response.body?.cancel();
  return undefined;
}
