/**
 * What `GET /metrics` tells (docs/metrics.md).
 *
 * Labels take only values that we or the operator chose: no phone, token or application is one, since there may be any
 * number of them and a collector keeps each for ever.
 *
 * @module
 */
import { Registry } from "prom-client";
import type { Fact } from "../../core/contract/facts.ts";
import type { Observer } from "../../core/mod.ts";
import type { HistoryWatch } from "../../history/mod.ts";
import type { Answered, MetricsText } from "../../http/mod.ts";
import { measureAnswers, measureRefusals } from "./metrics_calls.ts";
import { measureHistory } from "./metrics_history.ts";
import { measureProcess } from "./metrics_process.ts";
import { measureRequests } from "./metrics_requests.ts";
import { measureRooms, type Rooms } from "./metrics_rooms.ts";
import { RequestSteps } from "./metrics_steps.ts";

/** Everything that is measured. The end of its block ends the probing of the event loop. */
export interface Metrics extends Disposable {
  /** Watches the requests. */
  readonly observer: Observer;
  /** Watches the history's disk. */
  readonly history: HistoryWatch;
  /** Takes each fact that is told to the history. */
  fact(fact: Fact): void;
  /** Takes each answer of a route. */
  answered(answer: Answered): void;
  /** Shows the rooms, once they are there. */
  show(rooms: Rooms): void;
  /** What there is to tell now. */
  tell(): Promise<MetricsText>;
}

/** Begins to measure. */
export function createMetrics(build: { version: string }): Metrics {
  const registry = new Registry();
  const steps = new RequestSteps();
  const ownProcess = measureProcess(registry, build);
  const answered = measureAnswers(registry);
  return {
    observer: measureRequests(registry, steps),
    history: measureHistory(registry),
    fact: measureRefusals(registry),
    answered,
    show: (rooms) => measureRooms(registry, rooms),
    tell: async () => ({ text: `${await registry.metrics()}\n${steps.text()}`, contentType: registry.contentType }),
    [Symbol.dispose]: () => ownProcess[Symbol.dispose](),
  };
}
