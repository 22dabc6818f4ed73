import { deepEqual, equal, ok } from "node:assert/strict";
import { startServer } from "../harness/start_server.ts";
import { benchConfig } from "./bench_plugin.ts";
import { openPhone, type Target } from "./open_phone.ts";

/** What is answered to the bytes that the load sends. */
async function answerTo({ hostname, port, request }: Target): Promise<{ head: string; body: Record<string, unknown> }> {
  using connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode(request.replace("\r\n", "\r\nConnection: close\r\n")));
  const text = await new Response(connection.readable).text();
  const [head = "", body = ""] = text.split("\r\n\r\n");
  return { head, body: JSON.parse(body) };
}

Deno.test("what the load sends is accepted, answered with the finished record, or answered in short, as it asks", async () => {
  await using server = await startServer({ config: benchConfig() });
  const { accepted, waited, minimal } = await openPhone(server);
  const answers = {
    accepted: await answerTo(accepted),
    waited: await answerTo(waited),
    minimal: await answerTo(minimal),
  };
  for (const [name, { status }] of Object.entries({ accepted, waited, minimal })) {
    ok(answers[name as keyof typeof answers].head.startsWith(`HTTP/1.1 ${status} `), name);
  }
  deepEqual(Object.keys(answers.accepted.body), ["requestId", "state"]);
  const { requestId, ...ended } = answers.minimal.body;
  equal(typeof requestId, "number");
  deepEqual(ended, { state: "completed", outcome: "succeeded", result: 0 });
  const { operation, outcome } = answers.waited.body;
  deepEqual({ operation, outcome }, { operation: "setLamp", outcome: "succeeded" });
});
