/**
 * What is measured of the history's disk, and of what was refused.
 *
 * @module
 */
import { Counter, Histogram, type Registry } from "prom-client";
import type { Fact } from "../../core/contract/facts.ts";
import type { HistoryWatch } from "../../history/mod.ts";
import { STEP_BUCKETS } from "./metrics_steps.ts";

/** Measures the commits. */
export function measureHistory(registry: Registry): HistoryWatch {
  const registers = [registry];
  const rows = new Histogram({
    name: "switchroom_history_block_rows",
    help: "Rows in a block, which is what one commit wrote.",
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
  };
}

/** Counts refused calls by the facts that tell of them, so that every transport counts alike. */
export function measureRefusals(registry: Registry): (fact: Fact) => void {
  const total = new Counter({
    name: "switchroom_refusals_total",
    help:
      "Refused calls, by the telephony error, by the HTTP status where there is none, or by what was wrong with the " +
      "token; the last are counted when their minute ends.",
    labelNames: ["reason"],
    registers: [registry],
  });
  return (fact) => {
    if (fact.type === "callRefused") {
      const { code, detail: { status, count = 1 } } = fact;
      total.inc({ reason: code ?? `HTTP_${status}` }, count);
    } else if (fact.type === "accessRefused") total.inc({ reason: fact.detail.reason }, fact.detail.count);
  };
}
