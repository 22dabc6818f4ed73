import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import type { Verdict } from "../../server/core/contract/history.ts";
import type { Health } from "../../server/core/contract/health.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";

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

Deno.test("0032 a damaged row that a page meets is in readyz, metrics, log and one fact", async () => {
  await using server = await startServer({ config: { bounds: { chainCheckPercent: 100 } } });
  const call = api(server);
  const path = `${server.data}/history.db`;
  equal((await call("GET", "/v1/history/checkpoint")).status, 200);
  await until(async () => (await health(server)).chain?.state === "unchecked" ? undefined : true);
  {
    using database = new DatabaseSync(path, { timeout: 30_000 });
    database.exec("drop trigger fact_is_never_changed; update fact set detail = null where seq = 1");
  }
  equal((await metrics(server))["broken"], 0);
  for (let page = 0; page < 2; page++) equal((await call("GET", "/v1/history/events?limit=500")).status, 200);
  const { chain, reasons, ready } = await health(server);
  deepEqual([chain?.state, ready], ["broken", true]);
  const words = /^The history is not as it was written: block \d+ is wrong: row 1 is not the one that was written$/;
  ok(reasons.some((reason) => words.test(reason)), `${reasons}`);
  equal((await metrics(server))["broken"], 1);
  await until(() => Promise.resolve(/history damaged/.test(server.output()) || undefined));
  const events = await until(async () => {
    const { body } = await call<{ events: unknown[] }>("GET", "/v1/history/events?type=historyDamaged");
    return body.events.length === 0 ? undefined : body.events;
  });
  equal(events.length, 1);
});

Deno.test("api 1 the chain is checked while the server runs and at its start: readyz, metrics, log and a fact say what was found", async () => {
  using folder = temporaryFolder();
  const token = crypto.randomUUID() + crypto.randomUUID();
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
    await until(() => Promise.resolve(/history: the chain is whole.*blocks=\d+/.test(server.output()) || undefined));

    tamper("drop trigger fact_is_never_changed; update fact set detail = null where seq = 1");
    const { body: verdict } = await api(server)<Verdict>("POST", "/v1/history/verify");
    equal(verdict.firstBad?.row, 1);
    const { chain: after, reasons, ready: still } = await health(server);
    deepEqual([after?.state, still], ["broken", true]);
    ok(
      reasons.some((reason) => /^The history is not as it was written: block \d+ is wrong: row 1 is not/.test(reason)),
      `${reasons}`,
    );
    equal((await metrics(server))["broken"], 1);
    // Neither the row nor the line of the log is waited for by whoever asked for the check.
    await until(() => Promise.resolve(/history damaged/.test(server.output()) || undefined));
    const events = await until(async () => {
      const { body } = await api(server)<{ events: unknown[] }>("GET", "/v1/history/events?type=historyDamaged");
      return body.events.length === 0 ? undefined : body.events;
    });
    equal(events.length, 1);
  }
  await using server = await startServer({ data: folder.path, token });
  const { chain, reasons, ready } = await health(server);
  deepEqual([chain, ready], [{ state: "broken" }, true]);
  ok(
    reasons.some((reason) => /^The history is not as it was written: block \d+ is wrong: row 1 is not/.test(reason)),
    `${reasons}`,
  );
});
