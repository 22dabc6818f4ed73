/**
 * What is measured of the server's own process: memory, processor time and how late its event loop is.
 *
 * @module
 */
import process from "node:process";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Between two looks at the event loop, milliseconds. */
const PROBE_MS = 100;

/**
 * Measures this process until it is disposed of.
 *
 * The loop's lag is how late a timer runs: `monitorEventLoopDelay` of `node:perf_hooks` does not see a blocked loop
 * under Deno.
 */
export function measureProcess(registry: Registry, build: { version: string }): Disposable {
  const registers = [registry];
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
  return probeLag(registers);
}

function probeLag(registers: Registry[]): Disposable {
  let worst = 0;
  const lag = new Histogram({
    name: "switchroom_loop_lag_seconds",
    help: "How late a timer of the event loop ran, looked at ten times a second.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  new Gauge({
    name: "switchroom_loop_lag_max_seconds",
    help: "The worst lag of the event loop since the metrics were last asked for.",
    registers,
    collect() {
      this.set(worst);
      worst = 0;
    },
  });
  let due = performance.now() + PROBE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    const seconds = Math.max(0, now - due) / 1_000;
    lag.observe(seconds);
    worst = Math.max(worst, seconds);
    due = now + PROBE_MS;
  }, PROBE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
