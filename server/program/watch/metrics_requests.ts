/**
 * What is measured of requests: how many ended how, and how long each step of their way took.
 *
 * @module
 */
import { Counter, type Registry } from "prom-client";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { type Outcome, OUTCOMES } from "../../core/contract/record.ts";
import type { Observer, RequestObserver } from "../../core/mod.ts";
import type { RequestSteps } from "./metrics_steps.ts";

/** Watches the requests of one operation. */
interface OperationObserver extends RequestObserver {
  /** How many ended how. */
  readonly ended: Record<Outcome, number>;
}

/**
 * Measures every request. It stands on the hot path: it counts in numbers of its own, which are shown when somebody
 * asks.
 */
export function measureRequests(registry: Registry, steps: RequestSteps): Observer {
  const observer = (): OperationObserver => {
    const ended = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
    return {
      ended,
      accepted() {},
      completed({ outcome, takenAt, acceptedAt, dispatched, endedAt, completedAt }) {
        ended[outcome]++;
        steps.accept.took(acceptedAt - takenAt);
        if (dispatched) steps.plugin.took(endedAt - acceptedAt);
        steps.complete.took(completedAt - endedAt);
        steps.total.took(completedAt - takenAt);
      },
    };
  };
  const observers = Object.fromEntries(OPERATIONS.map((operation) => [operation, observer()])) as Record<
    OperationName,
    OperationObserver
  >;
  new Counter({
    name: "switchroom_requests_total",
    help: "Requests completed on disk, by operation and outcome.",
    labelNames: ["operation", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      // Also those that have not been: so the first of its kind shows as an increase.
      for (const [operation, { ended }] of Object.entries(observers)) {
        for (const [outcome, count] of Object.entries(ended)) this.inc({ operation, outcome }, count);
      }
    },
  });
  return { taken: ({ operation }) => observers[operation] };
}
