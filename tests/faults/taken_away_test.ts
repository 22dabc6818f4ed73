import { deepEqual, equal, match, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { runServer } from "./operator.ts";
import { temporaryFolder } from "./temporary.ts";

/** What `readyz` says. */
interface Ready {
  ready: boolean;
  reasons: string[];
}

Deno.test("a history that is deleted under a running server: 503 with the reason, exit 70 with a copy, no new one in silence", async () => {
  using folder = temporaryFolder();
  const data = `${folder.path}/data`;
  const token = crypto.randomUUID();
  const says =
    "history.db has been deleted or moved away: end the server, which copies all that it has, and says where";
  let copy: string | undefined;
  {
    await using server = await startServer({ data, token, args: ["--safe"] });
    const call = api(server);
    await Deno.remove(`${data}/history.db`);
    await retry(async () => {
      const { status, body } = await call<Ready>("GET", "/readyz");
      deepEqual([status, body.ready], [503, false]);
      ok(body.reasons.includes(says), body.reasons.join());
    }, { minTimeout: 10, maxTimeout: 50, maxAttempts: 500 });
    equal((await call("GET", "/v1/history/events")).status, 503);
    equal((await server.stop()).code, 70, server.output());
    copy = /All of it until now is in (\S+):/.exec(server.output())?.[1];
  }
  const flags = ["--data", data, "--listen", "127.0.0.1:0"];
  const { code, stdout, stderr } = await runServer(flags, { token });
  deepEqual([code, stdout], [2, ""]);
  match(
    stderr,
    /^switchroom: Cannot go on with the history .*: it is not there, but its block \d+ .* --accept-history .*\n$/,
  );
  await Deno.copyFile(copy ?? "", `${data}/history.db`);
  {
    await using server = await startServer({ data, token, args: ["--safe"] });
    const { body } = await api(server)<{ events: { type: string }[] }>("GET", "/v1/history/events?type=serverStopped");
    equal(body.events.length, 1, "the copy has all until the end");
    equal((await server.stop()).code, 0, server.output());
  }
  await Deno.remove(`${data}/history.db`);
  await using server = await startServer({ data, token, args: ["--safe", "--accept-history"] });
  const call = api(server);
  const { body: { reasons } } = await call<Ready>("GET", "/readyz");
  match(reasons.join(), /The history was taken as it is, as its operator chose: it is not there/);
  // It is noted while the server has begun to answer.
  await retry(async () => {
    const { body } = await call<{ events: { detail: { reason: string } }[] }>(
      "GET",
      "/v1/history/events?type=historyAccepted",
    );
    match(body.events[0]?.detail.reason ?? "", /^it is not there, but its block/);
    match(server.output(), /history accepted/);
  }, { minTimeout: 10, maxTimeout: 50, maxAttempts: 500 });
});
