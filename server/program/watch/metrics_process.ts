/**
 * What is measured of the server's own process: memory, processor time and how late its event loop is.
 *
 * @module
 */
import process from "node:process";
import { Sizes } from "./metrics_histogram.ts";
import type { Measured, Prometheus } from "./metrics_shown.ts";

/** Between two looks at the event loop, milliseconds. */
const PROBE_MS = 100;

/** Shows what this process says of itself when it is asked. */
export function processItself(build: { version: string }): Measured {
  return {
    show({ Counter, Gauge, registers }) {
      new Gauge({
        name: "switchroom_build_info",
        help: "Always 1; its labels name the versions of Switchroom and Deno.",
        labelNames: ["version", "deno"],
        registers,
      }).set({ version: build.version, deno: Deno.version.deno }, 1);
      new Gauge({
        name: "process_start_time_seconds",
        help: "When the server was started, in seconds since 1970.",
        registers,
      }).set(performance.timeOrigin / 1_000);
      new Gauge({
        name: "process_resident_memory_bytes",
        help: "Resident memory of the server; its plugins' is not in it.",
        registers,
        collect() {
          this.set(Deno.memoryUsage().rss);
        },
      });
      new Gauge({
        name: "switchroom_heap_used_bytes",
        help: "JavaScript heap in use by the server's main thread.",
        registers,
        collect() {
          this.set(Deno.memoryUsage().heapUsed);
        },
      });
      new Counter({
        name: "process_cpu_seconds_total",
        help: "Processor time of the server, all threads, user and system.",
        registers,
        collect() {
          const { user, system } = process.cpuUsage();
          this.reset();
          this.inc((user + system) / 1_000_000);
        },
      });
    },
  };
}

/**
 * Measures how late the event loop is until it is disposed of: how late a timer runs, since `monitorEventLoopDelay` of
 * `node:perf_hooks` does not see a blocked loop under Deno.
 */
export function measureLag(): Measured & Disposable {
  const lag = new Sizes([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]);
  let worst = 0;
  let due = performance.now() + PROBE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    const seconds = Math.max(0, now - due) / 1_000;
    lag.observe(seconds);
    worst = Math.max(worst, seconds);
    due = now + PROBE_MS;
  }, PROBE_MS);
  return {
    show({ Gauge, registers }: Prometheus) {
      new Gauge({
        name: "switchroom_loop_lag_max_seconds",
        help: "The worst lag of the event loop since the metrics were last asked for.",
        registers,
        collect() {
          this.set(worst);
          worst = 0;
        },
      });
    },
    histograms: [{
      name: "switchroom_loop_lag_seconds",
      help: "How late a timer of the event loop ran, looked at ten times a second.",
      sizes: { "": lag },
    }],
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
