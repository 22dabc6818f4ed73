import { deepEqual, equal } from "node:assert/strict";
import { EventSource } from "eventsource";
import type { PhoneEvent } from "../../../server/core/contract/events.ts";
import { api } from "../../harness/api.ts";
import { CuttingProxy } from "../../harness/cutting_proxy.ts";
import { startServer } from "../../harness/start_server.ts";
import { soon } from "../../harness/soon.ts";
import { light, open } from "../../http/support/access.ts";

Deno.test("a client of server-sent events that knows nothing of us misses nothing and hears nothing twice, though it is cut off (api section 4)", async () => {
  await using server = await startServer();
  await using proxy = new CuttingProxy(server.url);
  const call = api(server);
  const { application, handle } = await open(call);

  const seen: PhoneEvent[] = [];
  let look = () => {};
  const asked: (string | null)[] = [];
  const stream = new EventSource(`${proxy.url}/v1/applications/${application}/events`, {
    async fetch(url, { headers, ...init }) {
      const sent = new Headers(headers);
      asked.push(sent.get("last-event-id"));
      sent.set("authorization", `Bearer ${server.token}`);
      return quickly(await fetch(url, { ...init, headers: sent }));
    },
  });
  stream.onmessage = ({ data, lastEventId }) => {
    const event: PhoneEvent = JSON.parse(data);
    equal(lastEventId, String(event.seq));
    seen.push(event);
    look();
  };
  const until = async (count: number) => {
    while (seen.length < count) await soon(new Promise<void>((resolve) => look = resolve));
  };

  try {
    for (let round = 1; round <= 3; round++) {
      for (let times = 0; times < 4; times++) equal((await light(call, handle)).status, 202);
      await until(4 * round);
      proxy.cut();
    }
    await light(call, handle);
    await until(13);
  } finally {
    stream.close();
  }
  deepEqual(seen.map(({ seq }) => seq), Array.from({ length: 13 }, (_, index) => index + 1));
  deepEqual([...new Set(seen.map(({ type }) => type))], ["PHONE_REPLY"]);
  deepEqual(asked, [null, "4", "8", "12"]);
});

/** The same answer, which says that who is cut off may come again at once: this client waits for seconds otherwise. */
function quickly(response: Response): Response {
  const first = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("retry: 1\n\n")),
  });
  const { status, headers } = response;
  return new Response(response.body?.pipeThrough(first), { status, headers });
}
