import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import type { Health } from "../../server/core/contract/health.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { cli } from "./support/cli.ts";

/** Asks until something is so. */
async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  const found = retry(async () => {
    const found = await look();
    if (found === undefined) throw new Error("It is not so yet");
    return found;
  }, { maxAttempts: 600, minTimeout: 100, maxTimeout: 100, multiplier: 1, jitter: 0 });
  return await deadline(found, 60_000);
}

const health = async (server: RunningServer) => (await api(server)<Health>("GET", "/readyz")).body;

/** What the metrics say of the chain, by what their names end with. */
async function metrics(server: RunningServer): Promise<Record<string, number>> {
  const { body } = await api(server)<string>("GET", "/metrics");
  const found = body.matchAll(/^switchroom_history_chain_(\w+) (\S+)$/gm);
  return Object.fromEntries(Array.from(found, ([, name, value]) => [name, Number(value)]));
}

Deno.test("api 1 the chain is checked while the server runs and at its start: readyz, metrics, log and a fact say what was found", async () => {
  using folder = temporaryFolder();
  const token = crypto.randomUUID() + crypto.randomUUID();
  const at = ["--data", folder.path];
  const tamper = (sql: string) => {
    using database = new DatabaseSync(`${folder.path}/history.db`, { timeout: 30_000 });
    database.exec(sql);
  };
  {
    await using server = await startServer({ data: folder.path, token, config: { log: { level: "debug" } } });
    deepEqual((await health(server)).chain, { state: "unchecked" });
    const { chain, ready } = await until(async () => {
      const found = await health(server);
      return found.chain?.state === "unchecked" ? undefined : found;
    });
    equal(chain?.state, "whole");
    ok(ready && (chain.block ?? 0) > 0 && Date.parse(chain.checkedAt ?? "") > 0);
    const { broken, blocks_checked: blocks, checked_timestamp_seconds: then = 0 } = await metrics(server);
    deepEqual([broken, blocks, then > 0], [0, (chain.block ?? 0) + 1, true]);
    match(server.output(), /history: the chain is whole.*blocks=\d+/);

    tamper("drop trigger fact_is_never_changed; update fact set detail = null where seq = 1");
    const verified = await cli(["history", "verify", ...at]);
    equal(verified.code, 1);
    const { chain: after, reasons, ready: still } = await health(server);
    deepEqual([after?.state, still], ["broken", true]);
    ok(
      reasons.some((reason) => /^The history is not as it was written: block \d+: row 1 is not/.test(reason)),
      `${reasons}`,
    );
    equal((await metrics(server))["broken"], 1);
    match(server.output(), /history damaged/);
    const { body } = await api(server)<{ events: unknown[] }>("GET", "/v1/history/events?type=historyDamaged");
    equal(body.events.length, 1);
  }
  await using server = await startServer({ data: folder.path, token });
  const { chain, reasons, ready } = await health(server);
  deepEqual([chain, ready], [{ state: "broken" }, true]);
  ok(
    reasons.some((reason) => /^The history is not as it was written: block \d+: row 1 is not/.test(reason)),
    `${reasons}`,
  );
});
