/**
 * The heartbeat of a plugin's process: memory, processor time and how late its timers are.
 *
 * @module
 */
import process from "node:process";
import type { FromPlugin } from "./wire.ts";

/** Sends a beat now and then every `beatMs` milliseconds for as long as the process lives. */
export function startHeartbeat(beatMs: number, send: (message: FromPlugin) => void): void {
  let lastAt = performance.now();
  let lastCpu = process.cpuUsage();
  const beat = (cpu: number, lagMs: number) => send({ type: "beat", rssBytes: Deno.memoryUsage().rss, cpu, lagMs });
  beat(0, 0);
  setInterval(() => {
    const at = performance.now();
    const { user, system } = process.cpuUsage(lastCpu);
    beat((user + system) / 1_000 / (at - lastAt), Math.max(0, at - lastAt - beatMs));
    lastAt = at;
    lastCpu = process.cpuUsage();
  }, beatMs);
}
