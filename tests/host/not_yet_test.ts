/**
 * A plugin whose device is not there yet: step 4 of a plugin's life, where it says so.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { BackOff } from "../../server/host/back_off.ts";
import { HostBench, writePlugin } from "./testbed.ts";

/** A plugin that waits for a file in its folder. */
const WAITING = `import { definePlugin, PluginUnavailable } from "switchroom/plugin";
export default definePlugin((host) => ({
  async start() {
    await host.addPhone({ id: "p", name: "P" }, {});
    try { Deno.statSync("door"); } catch { throw new PluginUnavailable("The door does not answer"); }
  },
}));`;
const SOURCE = { code: WAITING, manifest: { permissions: { read: ["."] } } };

async function waiting({ backOffMs }: { backOffMs: number }): Promise<HostBench> {
  const bench = await HostBench.of(
    async (parent) => [{ source: await writePlugin(parent, SOURCE), grants: { read: ["."] } }],
    { bounds: { backOffMs } },
  );
  await bench.host.start();
  return bench;
}

Deno.test("step 4 of a plugin's life: what is not there yet settles it at the first try, and is tried more often than crashes may come, until it is there", async () => {
  await using bench = await waiting({ backOffMs: 1 });
  await bench.until("settle", ([name]) => name === "settle");
  equal(bench.told.filter(([name]) => name === "admit").length, 1);
  match(bench.condition.detail, /^it cannot start yet: The door does not answer \(file:.*main\.ts:5:\d+\)$/);
  ok(Date.parse(bench.condition.nextTryAt ?? "") > 0);
  await bench.untilTrue("the fifth try", () => bench.told.filter(([name]) => name === "gone").length === 5);
  await Deno.writeTextFile(`${bench.source}/door`, "");
  await bench.until("ready", ([name]) => name === "ready");
  const { state, detail, nextTryAt, restarts } = bench.condition;
  deepEqual([state, detail, nextTryAt], ["ready", "", undefined]);
  ok(restarts >= 5);
});

Deno.test("a stop, and a start by command, end the wait for the next try at once", async () => {
  await using bench = await waiting({ backOffMs: 600_000 });
  const [plugin] = bench.host.plugins();
  ok(plugin);
  await bench.until("settle", ([name]) => name === "settle");
  await plugin.start();
  equal(bench.told.filter(([name]) => name === "admit").length, 2);
  equal(bench.condition.state, "backingOff");
  await plugin.stop();
  deepEqual([bench.condition.state, bench.condition.nextTryAt], ["stopped", undefined]);
  equal(bench.condition.restarts, 0, "who commands restarts nothing");
});

Deno.test("step 4 of a plugin's life: what can never be is not tried again", async () => {
  await using bench = await HostBench.run({
    code: `import { definePlugin, PluginUnavailable } from "switchroom/plugin";
    export default definePlugin(() => {
      throw new PluginUnavailable("Two doors have the number 3: give each its own", { retry: false });
    });`,
  });
  deepEqual([bench.condition.state, bench.condition.restarts], ["stopped", 0]);
  match(bench.condition.detail, /^Cannot use the plugin: it could not start: Two doors have the number 3/);
});

Deno.test("each wait is twice as long as the one before, up to the longest, and at most half of it is left out", () => {
  const backOff = new BackOff({ firstMs: 250, longestMs: 300_000 });
  for (let longest = 250; longest < 600_000; longest *= 2) {
    const ms = backOff.next();
    const most = Math.min(longest, 300_000);
    ok(ms <= most && ms >= most / 2, `${ms} of ${most}`);
  }
  backOff.reset();
  ok(backOff.next() <= 250);
  ok(new BackOff({ firstMs: 9_000, longestMs: 2_000 }).next() <= 2_000);
});
