import { equal, match, ok } from "node:assert/strict";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { access, CONTROL } from "./support/access.ts";

Deno.test("wrong tokens are slowed after ten in a minute, right ones never; a restart after kill -9 forgets nothing", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using first = await startServer({ data, args: ["--safe"] });
    const wrong = api({ url: first.url, token: "wrong" });
    for (let i = 0; i < 10; i++) equal((await wrong("GET", "/v1/phones")).status, 401);
    const told = await wrong("GET", "/v1/phones");
    equal(told.status, 429);
    equal(told.body["type"], "urn:switchroom:problem:too-many-attempts");
    const seconds = Number(told.headers.get("retry-after"));
    ok(seconds >= 1 && seconds <= 60, String(seconds));
    equal((await wrong("GET", "/v1/phones", { headers: { authorization: "" } })).status, 401);
    // What is written is written in order. The first of these comes after the counts that are under way, the second
    // after those that waited for them.
    for (let i = 0; i < 2; i++) await access(first, CONTROL);
    await first.kill();
    match(first.output(), /warning http: too many wrong tokens within a minute; .* address=127\.0\.0\.1\n/);
    await using second = await startServer({ data, token: first.token, args: ["--safe"] });
    equal((await api({ url: second.url, token: "wrong" })("GET", "/v1/phones")).status, 429);
    equal((await api(second)("GET", "/v1/phones")).status, 200);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
