import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Fact } from "../../server/core/contract/facts.ts";
import { hashSecret, type KeptToken, tokenKeeper, tokenTable } from "../../server/access/mod.ts";
import { DEFAULT_API_BOUNDS, waits } from "../../server/api/mod.ts";
import { ManualClock } from "../harness/manual_clock.ts";
import { RecordingCore } from "../http/support/recording_core.ts";
import { KeptTokens } from "../http/support/server.ts";

const KEPT: KeptToken = {
  id: "t-1",
  name: "desk",
  scopes: ["metrics"],
  phones: null,
  hash: hashSecret("secret"),
  createdAt: 0,
};

Deno.test("a token that several operators revoke at once is revoked and recorded once, and each is answered at the end", async () => {
  const facts: Fact[] = [];
  const tokenStore = new KeptTokens(facts);
  tokenStore.tokens.push(KEPT);
  const core = new RecordingCore();
  const { revoke } = tokenKeeper({
    clock: new ManualClock(),
    bounds: DEFAULT_API_BOUNDS,
    operator: core.operator,
    tokens: tokenTable([]),
    tokenStore,
    waits: waits(),
    note: () => Promise.resolve(),
  });
  const by = (token: string) => ({ by: { token, address: "127.0.0.1" } });
  const all = [revoke("t-1", by("one")), revoke("t-1", by("two")), revoke("t-1", by("three"))];
  await Promise.all(all);
  deepEqual(core.calls, [["endApplicationsOf", "t-1", { token: "one", address: "127.0.0.1" }]]);
  deepEqual(facts, [{
    type: "tokenRevoked",
    token: "one",
    address: "127.0.0.1",
    detail: { subject: "t-1", name: "desk" },
  }]);
  await rejects(revoke("t-1", by("four")), { kind: "not-found" });
});

Deno.test("a revocation that the disk did not take can be tried again", async () => {
  const tokenStore = new KeptTokens();
  tokenStore.tokens.push(KEPT);
  tokenStore.failure = new Error("for the test");
  const { revoke } = tokenKeeper({
    clock: new ManualClock(),
    bounds: DEFAULT_API_BOUNDS,
    operator: new RecordingCore().operator,
    tokens: tokenTable([]),
    tokenStore,
    waits: waits(),
    note: () => Promise.resolve(),
  });
  const by = { token: "one", address: "127.0.0.1" };
  await rejects(revoke("t-1", { by }));
  tokenStore.failure = undefined;
  await revoke("t-1", { by });
  equal(tokenStore.tokens.length, 0);
});
