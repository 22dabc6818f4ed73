import { deepEqual, equal, ok } from "node:assert/strict";
import { EventQueue } from "./support/event_queue.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { SECRETS, TestServer } from "./support/server.ts";
import { soon } from "../harness/soon.ts";
import { eventStreamBody } from "../../server/http/answering/event_stream.ts";

const PATH = "/v1/applications/app-1/events";

/** Reads a stream chunk by chunk, as text. */
function reader(response: Response): { next(): Promise<string | undefined>; cancel(): Promise<void> } {
  ok(response.body);
  const source = response.body.pipeThrough(new TextDecoderStream()).getReader();
  return { next: async () => (await source.read()).value, cancel: () => source.cancel() };
}

/** Reads a stream past its first comment. */
async function begun(response: Response): Promise<ReturnType<typeof reader>> {
  const stream = reader(response);
  equal(await soon(stream.next()), ":\n\n");
  return stream;
}

Deno.test("the head of a stream and a first comment come at once, and no proxy keeps or packs them (atc#139, nginx#1505)", async () => {
  await using server = new TestServer();
  server.core.stream = new EventQueue();
  const response = await soon(server.fetch("GET", PATH));
  const stream = reader(response);
  equal(await soon(stream.next()), ":\n\n");
  const { headers } = await server.fetch("HEAD", PATH);
  for (const told of [response.headers, headers]) {
    equal(told.get("cache-control"), "no-store, no-transform");
    equal(told.get("x-accel-buffering"), "no");
  }
  await stream.cancel();
});

Deno.test("an event is told with its id and its data and nothing else (api section 4)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  const response = await server.fetch("GET", PATH);
  equal(response.status, 200);
  equal(response.headers.get("content-type"), "text/event-stream");
  const stream = await begun(response);
  queue.push(7, { seq: 7, type: "PHONE_STATE", text: "a\nb" });
  equal(await stream.next(), `id: 7\ndata: {"seq":7,"type":"PHONE_STATE","text":"a\\nb"}\n\n`);
  queue.end();
  equal(await stream.next(), undefined);
  deepEqual(server.core.calls, [["events", "app-1", {}]]);
});

Deno.test("a stream goes on after Last-Event-ID (api section 4)", async () => {
  await using server = new TestServer();
  for (const id of [0, 41, Number.MAX_SAFE_INTEGER]) {
    for (
      const asked of [
        server.fetch("GET", PATH, { headers: { "last-event-id": String(id) } }),
        server.fetch("GET", `${PATH}?lastEventId=${id}`),
        // A browser that takes its stream up again sends the header to the address that it began with.
        server.fetch("GET", `${PATH}?lastEventId=7`, { headers: { "last-event-id": String(id) } }),
        server.fetch("GET", `${PATH}?lastEventId=${id}`, { headers: { "last-event-id": "" } }),
      ]
    ) {
      equal(await (await asked).text(), ":\n\n");
      deepEqual(server.core.calls.pop(), ["events", "app-1", { lastEvent: id }]);
    }
  }
});

Deno.test("an empty Last-Event-ID is none (HTML, server-sent events; parsec-cloud#7033)", async () => {
  await using server = new TestServer();
  for (const [query, headers] of [["", { "last-event-id": "" }], ["?lastEventId=", {}]] as const) {
    equal(await (await server.fetch("GET", PATH + query, { headers })).text(), ":\n\n");
    deepEqual(server.core.calls.pop(), ["events", "app-1", {}]);
  }
});

Deno.test("a Last-Event-ID that is none is 400 and opens no stream", async () => {
  await using server = new TestServer();
  for (const id of ["x", "-1", "1.5", "9007199254740992", "1 2"]) {
    const { status } = await server.call("GET", PATH, { headers: { "last-event-id": id } });
    equal(status, 400, id);
    equal((await server.call("GET", `${PATH}?lastEventId=${id}`)).status, 400, id);
  }
  deepEqual(server.core.calls, []);
});

Deno.test("HEAD of a stream does not end the one that is being read", async () => {
  await using server = new TestServer();
  equal((await server.call("HEAD", PATH)).status, 200);
  deepEqual(server.core.calls, []);
});

Deno.test("the stream of an application that is not there is 404 (api section 2)", async () => {
  await using server = new TestServer();
  const { status, body } = await server.call("GET", "/v1/applications/app-2/events");
  equal(status, 404);
  equal(body?.["code"], "PHONEERR_INVALAPPHANDLE");
});

Deno.test("a stream says something every 15 s, and its timer ends with it (api section 4)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  const stream = await begun(await server.fetch("GET", PATH));
  for (let i = 0; i < 3; i++) {
    server.clock.advance(15_000);
    equal(await stream.next(), ":\n\n");
  }
  queue.push(1, {});
  equal(await stream.next(), "id: 1\ndata: {}\n\n");
  queue.end();
  equal(await stream.next(), undefined);
  equal(server.clock.pending, 0);
});

Deno.test("a client that hangs up cancels its stream", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head = `GET ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRETS["t-all"]}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  await connection.read(new Uint8Array(4_096));
  connection.close();
  await soon(queue.cancelled);
  equal(server.clock.pending, 0);
});

Deno.test("a stream that nobody reads takes one event from the core and no comments pile up (api section 4)", async () => {
  const clock = new ManualClock();
  const queue = new EventQueue();
  for (let seq = 1; seq <= 1_000; seq++) queue.push(seq, {});
  let ends = 0;
  const body = eventStreamBody(queue, { clock, beatMs: 15_000, ended: () => ends++ });
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  clock.advance(3_600_000);
  ok(queue.taken <= 1, `${queue.taken} were taken`);
  const source = body.getReader();
  const next = async () => new TextDecoder().decode((await source.read()).value);
  equal(await next(), ":\n\n");
  equal(await next(), "id: 1\ndata: {}\n\n");
  equal(await next(), "id: 2\ndata: {}\n\n");
  await source.cancel();
  equal(clock.pending, 0);
  equal(ends, 1);
});

Deno.test("a client that stops reading its socket holds up the core's events and not our memory (api section 4)", async () => {
  await using server = new TestServer();
  const queue = server.core.stream = new EventQueue();
  const filler = "x".repeat(10_000);
  const total = 5_000;
  for (let seq = 1; seq <= total; seq++) queue.push(seq, filler);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head = `GET ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRETS["t-all"]}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  // It has stopped when many turns of the loop take nothing more: the sockets' buffers are full.
  for (let taken = -1; taken !== queue.taken;) {
    taken = queue.taken;
    for (let turn = 0; turn < 100; turn++) await server.call("GET", "/healthz");
  }
  ok(queue.taken > 0 && queue.taken < total, `${queue.taken} of ${total} events were taken`);
  connection.close();
  await soon(queue.cancelled);
});
