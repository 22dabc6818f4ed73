/**
 * What a load client tells of its load.
 *
 * @module
 */
import process from "node:process";
import { quantile } from "../statistics.ts";

/** Begins to measure; the returned function makes the figures of how long, in milliseconds, each request took. */
export function loadFigures(): (times: number[]) => Record<"requests" | "perSecond" | "p50" | "p99" | "busy", number> {
  const cpu = processorMs();
  const begin = performance.now();
  return (times) => {
    const elapsed = performance.now() - begin;
    return {
      requests: times.length,
      perSecond: times.length / elapsed * 1_000,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      busy: (processorMs() - cpu) / elapsed,
    };
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
