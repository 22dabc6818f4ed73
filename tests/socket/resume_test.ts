import { equal, ok } from "node:assert/strict";
import type { PhoneEvent } from "../../server/core/contract/events.ts";
import { startServer } from "../harness/start_server.ts";
import { type Random, randomFrom } from "../simulation/random.ts";
import { CuttingProxy } from "../harness/cutting_proxy.ts";

const CUTS = 200;
/** Requests under way at once. */
const IN_FLIGHT = 8;
/** Bytes from the server before a cut: few enough that some sockets do not even open. */
const LONGEST_LIFE = 6_000;
const GUARD_MS = 120_000;
const MASKS = { states: ["lamp"], buttonModes: [], buttonStates: [] };

/** An application over one socket after another: what it was told, and what it still waits for. */
class Wanderer {
  readonly #url: string;
  readonly #token: string;
  readonly #random: Random;
  readonly events: PhoneEvent[] = [];
  /** The request of each reference, as the answers told it. */
  readonly requests = new Map<string, number>();
  /** Asked, and not answered or not replied to. */
  readonly #open = new Map<string, { params: object; answered: boolean; replied: boolean }>();
  #application: string | undefined;
  #handle: string | undefined;
  #asked = 0;
  /** While it is false nothing new is asked. */
  going = true;

  constructor(server: { url: string; token: string }, random: Random) {
    this.#url = `${server.url.replace("http", "ws")}/v1/socket`;
    this.#token = server.token;
    this.#random = random;
  }

  /** How many references there were. */
  get asked(): number {
    return this.#asked;
  }

  /** Uses one socket until it is lost, or everything is answered and replied to. */
  async use(): Promise<void> {
    const socket = new WebSocket(this.#url, { headers: { authorization: `Bearer ${this.#token}` } });
    const used = Promise.withResolvers<void>();
    const call = (method: string, { id, ...params }: { id: string } & Record<string, unknown>) =>
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const ask = () => {
      for (; this.going && this.#open.size < IN_FLIGHT;) {
        const reference = `r${++this.#asked}`;
        const params = { lamp: 20, mode: this.#random.pick(["steady", "off"]), reference, idempotencyKey: reference };
        this.#open.set(reference, { params, answered: false, replied: false });
        call("phoneSetLamp", { id: reference, handle: this.#handle, ...params });
      }
      if (this.#open.size === 0) used.resolve();
    };
    socket.onopen = () => {
      if (this.#application === undefined) {
        call("phoneInitializeEx", { id: "begin", name: "Wanderer", leaseSeconds: 300 });
      } else call("resume", { id: "begin", application: this.#application, lastEvent: this.events.at(-1)?.seq ?? 0 });
    };
    socket.onmessage = ({ data }) => {
      const { id, result, error, params } = JSON.parse(data);
      // The answer to an open was lost with the socket before, and the phone was not quite open when this one resumed.
      if (id === "open" && error) return socket.close();
      equal(error, undefined, data);
      if (id === undefined) this.#hear(params);
      else if (id === "begin") {
        this.#application = result.application;
        this.#handle = result.handles?.[0]?.handle;
        if (this.#handle === undefined) {
          return call("phoneOpen", { id: "open", phone: "virtual:desk-1", privilege: "owner" });
        }
        call("phoneSetStatusMessages", { id: "masks", handle: this.#handle, ...MASKS });
        for (const [reference, { params, answered }] of this.#open) {
          if (!answered) call("phoneSetLamp", { id: reference, handle: this.#handle, ...params });
        }
      } else if (id === "open") {
        this.#handle = result.handle;
        call("phoneSetStatusMessages", { id: "masks", handle: this.#handle, ...MASKS });
      } else if (id !== "masks") {
        // The same reference is the same request, however often it was asked.
        equal(this.requests.get(id) ?? result.requestId, result.requestId);
        this.requests.set(id, result.requestId);
        this.#mark(id, "answered");
      }
      if (this.#handle !== undefined) ask();
    };
    socket.onerror = () => {};
    socket.onclose = () => used.resolve();
    await used.promise;
    socket.close();
  }

  #hear(event: PhoneEvent): void {
    this.events.push(event);
    if (event.type === "PHONE_REPLY") this.#mark(event.reference ?? "", "replied");
  }

  #mark(reference: string, what: "answered" | "replied"): void {
    const open = this.#open.get(reference);
    if (open === undefined) return;
    open[what] = true;
    if (open.answered && open.replied) this.#open.delete(reference);
  }
}

Deno.test("an application is resumed without gaps or duplicates across 200 forced disconnects (api section 3)", async () => {
  const random = randomFrom(20_260_301);
  await using server = await startServer();
  await using proxy: CuttingProxy = new CuttingProxy(server.url, () => ({
    after: proxy.cuts < CUTS ? 1 + random.below(LONGEST_LIFE) : Infinity,
    heard: random.once(2),
  }));
  const wanderer = new Wanderer({ url: proxy.url, token: server.token }, random);
  const late = AbortSignal.timeout(GUARD_MS);
  while (proxy.cuts < CUTS && !late.aborted) await wanderer.use();
  wanderer.going = false;
  await wanderer.use();

  ok(proxy.cuts >= CUTS);
  const { events, requests } = wanderer;
  ok(events.every(({ seq }, i) => i === 0 || seq === (events[i - 1]?.seq ?? 0) + 1), "the numbers of events have gaps");
  equal(events[0]?.seq, 1);
  const replies = events.filter((event) => event.type === "PHONE_REPLY");
  equal(replies.length, wanderer.asked);
  equal(requests.size, wanderer.asked);
  for (const { reference, requestId } of replies) equal(requests.get(reference ?? ""), requestId);
  equal(new Set(requests.values()).size, wanderer.asked);
  ok(events.some(({ type }) => type === "PHONE_STATE"));
});
