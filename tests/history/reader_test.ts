import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { DamagedEvent } from "../../server/core/contract/facts.ts";
import type { DamagedRecord, RequestRecord } from "../../server/core/contract/record.ts";
import type { HistoryReader, RequestFilter } from "../../server/core/contract/history.ts";
import {
  acceptance,
  completion,
  connected,
  openIn,
  query,
  refused,
  someFact,
  temporaryFolder,
  verify,
} from "./support.ts";

/** Every page of a question, put together, and how many there were. */
async function allRequests(
  reader: HistoryReader,
  { filter = {}, limit }: { filter?: RequestFilter; limit: number },
): Promise<{ records: (RequestRecord | DamagedRecord)[]; pages: number }> {
  const records: (RequestRecord | DamagedRecord)[] = [];
  let pages = 0;
  let before: number | undefined;
  do {
    const page = await reader.requests(filter, { limit, ...(before !== undefined && { before }) });
    ok(page.items.length <= limit);
    records.push(...page.items);
    before = page.next;
    pages++;
  } while (before !== undefined);
  return { records, pages };
}

Deno.test("a record has every field of api section 5, and only what it has", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const id = await history.accept(acceptance({ reference: "order 7" }));
  const open = {
    requestId: id,
    operation: "setLamp",
    params: { lamp: 12, mode: "steady" },
    phone: "virtual:desk-1",
    plugin: "virtual",
    application: { id: "a-1", name: "Reception" },
    token: "t-1",
    handle: "h-1",
    reference: "order 7",
    acceptedAt: "2025-06-15T15:06:40.000Z",
    dispatchedAt: null,
    completedAt: null,
    state: "accepted",
    outcome: null,
    result: null,
    reply: null,
  };
  deepEqual(await reader.request(id), open);
  await history.complete(
    completion(id, { outcome: "aborted", result: -1879048165, cause: "close", reply: "suppressed" }),
  );
  deepEqual(await reader.request(id), {
    ...open,
    dispatchedAt: "2025-06-15T15:06:40.050Z",
    completedAt: "2025-06-15T15:06:40.100Z",
    state: "completed",
    outcome: "aborted",
    result: -1879048165,
    code: "PHONEERR_NOTOWNER",
    cause: "close",
    reply: "suppressed",
  });
  const plain = await history.accept(acceptance());
  await history.complete(completion(plain, { result: -1073741823, outcome: "failed" }));
  const record = await reader.request(plain);
  ok(record && !("reference" in record) && !("code" in record) && !("cause" in record));
});

Deno.test("a reply that a close overtook is told as suppressed, whatever its completion says (api section 5)", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const id = await history.accept(acceptance());
  await history.complete(completion(id));
  equal((await reader.request(id))?.reply, "sent");
  await history.withdraw(id);
  equal((await reader.request(id))?.reply, "suppressed");
  deepEqual(query<{ reply: string }>(folder.path, "select reply from completed").map((row) => row.reply), ["sent"]);
  ok(verify(folder.path).ok);
});

Deno.test("questions about what is not there have answers", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const none = { items: [], next: undefined };
  deepEqual(await reader.requests({}, { limit: 50 }), none);
  deepEqual(await reader.events({}, { limit: 50 }), none);
  const id = await history.accept(acceptance());
  await history.complete(completion(id));
  await history.note(someFact());
  for (const missing of [0, -1, id + 1, id + 2, Number.MAX_SAFE_INTEGER]) {
    equal(await reader.request(missing), undefined);
  }
  deepEqual(await reader.requests({}, { before: id, limit: 50 }), none);
  deepEqual(await reader.requests({ phone: "no:such" }, { limit: 50 }), none);
  equal((await reader.requests({}, { before: Number.MAX_SAFE_INTEGER, limit: 50 })).items.length, 1);
});

Deno.test("facts come newest first, by type, with only the fields they have", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { now: () => 1_750_000_000_000 });
  const { history, reader } = opened;
  const refusal = refused({
    application: "a-1",
    address: "127.0.0.1",
    phone: "virtual:desk-1",
    handle: "h-1",
    result: -1879048165,
    code: "PHONEERR_NOTOWNER",
    detail: { path: "/v1/handles/:handle/requests", status: 403 },
  });
  await history.note(connected());
  await history.accept(acceptance());
  await history.note(refusal);
  await history.note(connected("virtual:mini-1"));
  const at = "2025-06-15T15:06:40.000Z";
  const first = { seq: 1, at, type: "phoneConnected", plugin: "virtual", phone: "virtual:desk-1", detail: {} };
  const second = {
    seq: 3,
    at,
    type: "callRefused",
    token: "t-1",
    application: "a-1",
    address: "127.0.0.1",
    phone: "virtual:desk-1",
    handle: "h-1",
    result: -1879048165,
    code: "PHONEERR_NOTOWNER",
    detail: { path: "/v1/handles/:handle/requests", status: 403 },
  };
  const last = { seq: 4, at, type: "phoneConnected", plugin: "virtual", phone: "virtual:mini-1", detail: {} };
  deepEqual(await reader.events({}, { limit: 2 }), { items: [last, second], next: 2 });
  deepEqual(await reader.events({}, { limit: 2, before: 2 }), { items: [first], next: undefined });
  deepEqual(await reader.events({ type: "phoneConnected" }, { limit: 50 }), { items: [last, first], next: undefined });
});

Deno.test("every filter, page size and slice gives just the requests that match, newest first, each once", async () => {
  using folder = temporaryFolder();
  const made: (RequestRecord | DamagedRecord)[] = [];
  {
    await using opened = await openIn(folder.path);
    const { history, reader } = opened;
    for (let index = 0; index < 60; index++) {
      const id = await history.accept(acceptance({
        at: 1_750_000_000_000 + index % 7,
        phone: `virtual:desk-${index % 3}`,
        plugin: index % 5 ? "virtual" : "lobby",
        application: { id: `a-${index % 4}`, name: "Reception" },
        operation: index % 2 ? "setLamp" : "setRing",
        token: `t-${index % 3}`,
        ...(index % 6 === 0 && { reference: `r-${index}` }),
      }));
      if (index % 4) await history.complete(completion(id, { outcome: index % 8 ? "succeeded" : "failed" }));
      await history.note(connected());
    }
    const { items } = await reader.requests({}, { limit: 500 });
    made.push(...items);
    equal(made.length, 60);
  }
  // What was open is lost by now.
  for (const [index, record] of made.entries()) {
    if (record.state === "accepted") made[index] = { ...record, state: "completed", outcome: "lost" };
  }
  const option = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const filters = fc.record({
    phone: option("virtual:desk-0", "virtual:desk-2", "none"),
    plugin: option("virtual", "lobby"),
    application: option("a-0", "a-3"),
    operation: option<RequestRecord["operation"]>("setLamp", "setRing"),
    token: option("t-1"),
    reference: option("r-12", "none"),
    state: option<RequestRecord["state"]>("accepted", "dispatched", "completed"),
    outcome: option<NonNullable<RequestRecord["outcome"]>>("succeeded", "failed", "lost"),
    from: option(1_750_000_000_002),
    to: option(1_750_000_000_005),
  }).map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as RequestFilter);

  for (const sliceRows of [1, 7, 50_000]) {
    await using opened = await openIn(folder.path, { bounds: { sliceRows } });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 70 }), async (filter, limit) => {
        const { from = 0, to = Infinity, application, ...fields } = filter;
        const expected = made.filter((record) =>
          Date.parse(record.acceptedAt ?? "") >= from && Date.parse(record.acceptedAt ?? "") < to &&
          (application === undefined || record.application?.id === application) &&
          Object.entries(fields).every(([name, value]) => record[name as keyof RequestRecord] === value)
        );
        const { records } = await allRequests(opened.reader, { filter, limit });
        deepEqual(records.map((record) => record.requestId), expected.map((record) => record.requestId));
      }),
      { numRuns: 100 },
    );
  }
});

Deno.test("a question looks back over a bounded slice: a page may be empty and still have a next", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { sliceRows: 10 } });
  const { history, reader } = opened;
  const rare = await history.accept(acceptance({ phone: "virtual:rare" }));
  await Promise.all(Array.from({ length: 95 }, () => history.accept(acceptance())));
  const { items, next } = await reader.requests({ phone: "virtual:rare" }, { limit: 50 });
  deepEqual({ items, next }, { items: [], next: 87 });
  const { records, pages } = await allRequests(reader, { filter: { phone: "virtual:rare" }, limit: 50 });
  deepEqual([records.map((record) => record.requestId), pages], [[rare], 10]);
});

Deno.test("questions asked at once are all answered", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const ids = await Promise.all(Array.from({ length: 40 }, () => opened.history.accept(acceptance())));
  const records = await Promise.all(ids.map((id) => opened.reader.request(id)));
  deepEqual(records.map((record) => record?.requestId), ids);
});

Deno.test("a row that cannot be read is told with what can be, also before it is in a block", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path, { bounds: { lookMs: 3_600_000 } });
  const { history, reader } = opened;
  const id = await history.accept(acceptance());
  const other = await history.accept(acceptance());
  await history.note(someFact());
  using database = new DatabaseSync(`${folder.path}/history.db`);
  database.exec("drop trigger accepted_is_never_changed; drop trigger fact_is_never_changed");
  const sound = await reader.request(other);
  for (
    const [change, says] of [
      ["params = 'lamp 12'", /^row 1 cannot be read: params: not JSON$/],
      ["params = '[12]'", /^row 1 cannot be read: params: /],
      ["params = '{}', operation = 'setFire'", /^row 1 cannot be read: operation: /],
      ["operation = 'setLamp', at = 9007199254740993", /^row 1 cannot be read: at: /],
    ] as const
  ) {
    database.exec(`update accepted set ${change} where seq = ${id}`);
    const record = await reader.request(id);
    const { damaged } = record as DamagedRecord;
    match(damaged.problem, says);
    deepEqual([damaged.row, damaged.block], [id, undefined]);
    deepEqual((await reader.requests({}, { limit: 50 })).items, [sound, record]);
  }
  database.exec("update fact set detail = '{'");
  const [event] = (await reader.events({}, { limit: 50 })).items as DamagedEvent[];
  deepEqual([event?.type, event?.detail], ["serverStarted", undefined]);
  match(event?.damaged.problem ?? "", /^row 3 cannot be read: detail: not JSON$/);
});

Deno.test("a closed history refuses questions, and answers those that it had", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const id = await opened.history.accept(acceptance());
  const answer = opened.reader.request(id);
  await opened.close();
  equal((await answer)?.requestId, id);
  await rejects(opened.reader.request(id), { message: "The history is closed" });
});

Deno.test("a page of large records ends at about 1 MiB and goes on without a gap or a record twice", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const large = "x".repeat(100_000);
  const ids = await Promise.all(
    Array.from({ length: 25 }, () => history.accept(acceptance({ operation: "setDisplay", params: { text: large } }))),
  );
  const read: number[] = [];
  const sizes: number[] = [];
  let before: number | undefined;
  do {
    const page = await reader.requests({}, { limit: 100, ...(before !== undefined && { before }) });
    ok(JSON.stringify(page.items).length <= 1_048_576 + page.items.length + 1, "a page is bounded");
    read.push(...page.items.map(({ requestId }) => requestId));
    sizes.push(page.items.length);
    before = page.next;
  } while (before !== undefined);
  deepEqual(read, ids.toReversed());
  deepEqual(sizes, [10, 10, 5]);
});

Deno.test("a record that is larger than a page is a page by itself", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const ids: number[] = [];
  for (const length of [10, 1_500_000, 1_500_000, 10]) {
    ids.push(await history.accept(acceptance({ operation: "setDisplay", params: { text: "x".repeat(length) } })));
  }
  const { records, pages } = await allRequests(reader, { limit: 100 });
  deepEqual(records.map(({ requestId }) => requestId), ids.toReversed());
  equal(pages, 4);
});

Deno.test("a page of large facts ends at about 1 MiB and goes on without a gap or a fact twice", async () => {
  using folder = temporaryFolder();
  await using opened = await openIn(folder.path);
  const { history, reader } = opened;
  const detail = { fault: "x".repeat(100_000) };
  await Promise.all(
    Array.from(
      { length: 25 },
      (_, n) => history.note({ type: "pluginFault", plugin: "virtual", phone: `virtual:${n}`, detail }),
    ),
  );
  const read: unknown[] = [];
  let before: number | undefined;
  do {
    const page = await reader.events({ type: "pluginFault" }, { limit: 100, ...(before !== undefined && { before }) });
    ok(JSON.stringify(page.items).length <= 1_048_576 + page.items.length + 1, "a page is bounded");
    read.push(...page.items.map((event) => event.type === "pluginFault" && event.phone));
    before = page.next;
  } while (before !== undefined);
  deepEqual(read, Array.from({ length: 25 }, (_, n) => `virtual:${24 - n}`));
});
