import { equal, rejects } from "node:assert/strict";
import { api } from "./api.ts";
import { openEvents } from "./sse.ts";
import { startServer } from "./start_server.ts";

Deno.test("the harness starts the real server, calls it, and ends it orderly with exit 0 (api section 1)", async () => {
  await using server = await startServer({ args: ["--safe"] });
  const call = api(server);
  const { status, body } = await call<{ application: string }>("POST", "/v1/applications", { body: { name: "test" } });
  equal(status, 201);
  {
    await using events = await openEvents(server, body.application);
    equal(events.seen.length, 0);
  }
  equal((await call("GET", "/v1/phones", { headers: { authorization: "" } })).status, 401);
  const { code } = await server.stop();
  equal(code, 0, server.output());
});

Deno.test("the harness kills the server, and starts it again on the same data with the same token", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using first = await startServer({ data, args: ["--safe"] });
    const { signal } = await first.kill();
    equal(signal, "SIGKILL");
    await using second = await startServer({ data, token: first.token, args: ["--safe"] });
    equal((await api(second)("GET", "/v1/phones")).status, 200);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("the harness tells what a server printed that did not start (api section 1: exit 2)", async () => {
  await rejects(startServer({ args: ["--no-such-flag"] }), /ended without printing[^]*no-such-flag/);
});

Deno.test("the harness reads an event stream by type, and tells what came when it ends too soon", async () => {
  const reply = { seq: 2, type: "PHONE_REPLY", at: "2026-01-01T00:00:00.000Z", requestId: 7 };
  await using server = sse(`:\n\nid: 1\ndata: {"seq":1,"type":"GAP","from":1,"to":1}\n\nid: 2\nda`, [
    `ta: ${JSON.stringify(reply)}\n\n`,
  ]);
  await using events = await openEvents(server, "a");
  equal((await events.next("PHONE_REPLY", ({ requestId }) => requestId === 7)).seq, 2);
  equal(events.comments.length, 1);
  await rejects(events.next("PHONE_CLOSE"), /Waited for PHONE_CLOSE: the stream has ended; came .*GAP.*PHONE_REPLY/);
});

Deno.test("the harness refuses an event with a field that was not promised (api section 4)", async () => {
  await using server = sse(`event: reply\nid: 1\ndata: {"seq":1}\n\n`);
  await using events = await openEvents(server, "a");
  await rejects(events.next("PHONE_REPLY"), ({ cause }: Error) => /id line and a data line/.test(String(cause)));
});

/** A server whose every answer is this event stream, in these pieces. */
function sse(first: string, more: string[] = []) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const body = ReadableStream.from([first, ...more]).pipeThrough(new TextEncoderStream());
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    token: "x".repeat(32),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
