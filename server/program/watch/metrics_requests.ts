/**
 * What is measured of requests: how many ended how, and how long each step of their way took.
 *
 * @module
 */
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { type Outcome, OUTCOMES } from "../../core/contract/record.ts";
import type { Observer, RequestObserver } from "../../core/mod.ts";
import { Sizes, STEP_BUCKETS } from "./metrics_histogram.ts";
import type { Measured } from "./metrics_shown.ts";

/** Watches the requests of one operation. */
interface OperationObserver extends RequestObserver {
  /** How many ended how. */
  readonly ended: Record<Outcome, number>;
}

/** Measures every request. It stands on the hot path. */
export function measureRequests(): Observer & Measured {
  const accept = new Sizes(STEP_BUCKETS);
  const plugin = new Sizes(STEP_BUCKETS);
  const complete = new Sizes(STEP_BUCKETS);
  const total = new Sizes(STEP_BUCKETS);
  const observer = (): OperationObserver => {
    const ended = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
    return {
      ended,
      accepted() {},
      completed({ outcome, takenAt, acceptedAt, dispatched, endedAt, completedAt }) {
        ended[outcome]++;
        accept.observe((acceptedAt - takenAt) / 1_000);
        if (dispatched) plugin.observe((endedAt - acceptedAt) / 1_000);
        complete.observe((completedAt - endedAt) / 1_000);
        total.observe((completedAt - takenAt) / 1_000);
      },
    };
  };
  const observers = Object.fromEntries(OPERATIONS.map((operation) => [operation, observer()])) as Record<
    OperationName,
    OperationObserver
  >;
  return {
    taken: ({ operation }) => observers[operation],
    show({ Counter, registers }) {
      new Counter({
        name: "switchroom_requests_total",
        help: "Requests completed on disk, by operation and outcome.",
        labelNames: ["operation", "outcome"],
        registers,
        collect() {
          this.reset();
          // Also those that have not been: so the first of its kind shows as an increase.
          for (const [operation, { ended }] of Object.entries(observers)) {
            for (const [outcome, count] of Object.entries(ended)) this.inc({ operation, outcome }, count);
          }
        },
      });
    },
    histograms: [{
      name: "switchroom_request_step_seconds",
      help:
        "How long the steps of a request took: accept (until its acceptance was on disk), plugin (until its end was " +
        "known), complete (until its completion was on disk), total.",
      sizes: {
        'step="accept"': accept,
        'step="plugin"': plugin,
        'step="complete"': complete,
        'step="total"': total,
      },
    }],
  };
}
