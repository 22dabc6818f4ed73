/**
 * What is measured of the history's disk.
 *
 * @module
 */
import type { HistoryWatch } from "../../history/mod.ts";
import { Sizes, STEP_BUCKETS } from "./metrics_histogram.ts";
import type { Measured } from "./metrics_shown.ts";

/** Measures the commits. */
export function measureHistory(): HistoryWatch & Measured {
  const rows = new Sizes([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048]);
  const seconds = new Sizes(STEP_BUCKETS);
  let failures = 0;
  return {
    committed(block) {
      rows.observe(block.rows);
      seconds.observe(block.ms / 1_000);
    },
    failed: () => failures++,
    resumed() {},
    held() {},
    show({ Counter, registers }) {
      new Counter({
        name: "switchroom_history_failures_total",
        help: "Times that writing began to fail.",
        registers,
        collect() {
          this.reset();
          this.inc(failures);
        },
      });
    },
    histograms: [
      { name: "switchroom_history_commit_rows", help: "Rows in one commit.", sizes: { "": rows } },
      {
        name: "switchroom_history_commit_seconds",
        help: "How long a commit took, from handing its rows to the writer until they were on disk.",
        sizes: { "": seconds },
      },
    ],
  };
}
