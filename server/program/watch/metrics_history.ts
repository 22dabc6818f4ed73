/**
 * What is measured of the history's disk.
 *
 * @module
 */
import { Counter, Histogram, type Registry } from "prom-client";
import type { HistoryWatch } from "../../history/mod.ts";
import { STEP_BUCKETS } from "./metrics_steps.ts";

/** Measures the commits. */
export function measureHistory(registry: Registry): HistoryWatch {
  const registers = [registry];
  const rows = new Histogram({
    name: "switchroom_history_commit_rows",
    help: "Rows in one commit.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048],
    registers,
  });
  const seconds = new Histogram({
    name: "switchroom_history_commit_seconds",
    help: "How long a commit took, from handing its rows to the writer until they were on disk.",
    buckets: STEP_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: "switchroom_history_failures_total",
    help: "Times that writing began to fail.",
    registers,
  });
  return {
    committed(block) {
      rows.observe(block.rows);
      seconds.observe(block.ms / 1_000);
    },
    failed: () => failures.inc(),
    resumed() {},
    held() {},
  };
}
