/**
 * The parts of one request's way, each by itself: a round trip to the plugin's process over the host's own wire, and two durable appends,
 * one after the other, through the history's own writer.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Acceptance, PluginProcess, PluginReports } from "../../../server/core/mod.ts";
import { openHistory, takeDataFolder } from "../../../server/history/mod.ts";
import { createHost } from "../../../server/host/mod.ts";
import { PHONE, phoneName, PLUGIN_FOLDER } from "../bench_plugin.ts";
import { Part } from "../questions.ts";
import { median } from "../statistics.ts";
import { answerLines } from "./answer_lines.ts";

/** The same row for every request: what the server would write for the load's own. */
const ACCEPTANCE: Acceptance = {
  at: Date.now(),
  operation: "setLamp",
  params: { lamp: 12, mode: "steady" },
  phone: phoneName(),
  plugin: "bench",
  application: { id: randomUUID(), name: "Bench" },
  token: "t-000000000000",
  handle: randomUUID(),
  reference: "x".repeat(64),
};

async function time(seconds: number, once: () => Promise<void>): Promise<{ p50: number }> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let begin = performance.now(); begin < end;) {
    await once();
    const now = performance.now();
    times.push(now - begin);
    begin = now;
  }
  return { p50: median(times) };
}

/** The plugin's process, open; each operation resolves with its completion. */
async function startPlugin(folder: string): Promise<{ operate(): Promise<void>; stop(): Promise<void> }> {
  const ready = Promise.withResolvers<void>();
  let process: PluginProcess | undefined;
  let completed = () => {};
  let requestId = 0;
  const ignore = () => {};
  const events: PluginReports = {
    addPhone: () => Promise.resolve(),
    removePhone: () => Promise.resolve(),
    completed: () => completed(),
    state: () => 0,
    button: () => 0,
    devSpecific: () => 0,
    capabilities: ignore,
    buttonMeant: ignore,
    connected: ignore,
    suspended: ignore,
    forceClosing: ignore,
    forceClosed: ignore,
    fault: ignore,
    ready: () => ready.resolve(),
    gone: () => Promise.resolve(),
  };
  const host = createHost({
    intake: {
      admit: (_name, admitted) => {
        process = admitted;
        return events;
      },
      settle: ignore,
      closePhones: () => Promise.resolve(),
      enable: ignore,
    },
    plugins: [{ source: PLUGIN_FOLDER }],
    folder,
    log: ({ text }) => console.error(text),
  });
  await host.start();
  await ready.promise;
  await process?.open(PHONE, { states: [], buttonModes: [], buttonStates: [] });
  return {
    operate: () =>
      new Promise((resolve) => {
        completed = resolve;
        process?.operate({
          requestId: ++requestId,
          phone: PHONE,
          operation: "setLamp",
          params: { lamp: 12, mode: "steady" },
          remainingMs: 30_000,
        });
      }),
    stop: () => host.stop(),
  };
}

const [path = ""] = Deno.args;
using folder = await takeDataFolder(path);
await using opened = await openHistory({
  folder,
  durability: "full",
  onFatal: (error) => {
    throw error;
  },
});
const plugin = await startPlugin(folder.path);
const append = async () => {
  const requestId = await opened.history.accept(ACCEPTANCE);
  const at = Date.now();
  await opened.history.complete({ requestId, at, dispatchedAt: at, outcome: "succeeded", result: 0, reply: "sent" });
};
await answerLines((question) => {
  const { part, seconds } = Part.parse(question);
  return time(seconds, part === "plugin" ? plugin.operate : append);
});
await plugin.stop();
