import { deepEqual, ok } from "node:assert/strict";
import type { Asked } from "./support/application.ts";
import { makeBench } from "./support/bench.ts";
import { connectHttp2 } from "./support/http2.ts";
import { sharedServer } from "./support/shared_server.ts";

const server = sharedServer();

const LAMP: Asked = { operation: "setLamp", lamp: 0, mode: "steady" };
const BURSTS = 4;
const BURST = 50;

const waits: [string, Record<string, string>][] = [["", {}], [", when the call waits for the result", {
  prefer: "wait=20",
}]];

for (const [which, headers] of waits) {
  Deno.test(`R33 Q6 invariant 3 a reply is not issued before the answer that carries its request's id${which}`, async () => {
    await using bench = await makeBench(server());
    const application = await bench.application();
    const owner = await application.open(bench.phone);
    using connection = await connectHttp2(server());
    const events = await connection.send("GET", `/v1/applications/${application.id}/events`);
    const answered = new Set<number>();
    const replied = new Set<number>();
    for (let burst = 1; burst <= BURSTS; burst++) {
      for (let asked = 0; asked < BURST; asked++) {
        await connection.send("POST", `/v1/handles/${owner.id}/requests`, { body: LAMP, headers });
      }
      while (replied.size < burst * BURST) {
        const { call, text } = await connection.next();
        for (const [, digits] of text.matchAll(/"requestId":(\d+)/g)) {
          const id = Number(digits);
          if (call !== events) answered.add(id);
          else {
            replied.add(id);
            ok(answered.has(id), `The reply to ${id} came before its answer`);
          }
        }
      }
    }
    deepEqual(replied, answered);
  });
}
