/**
 * What `GET /metrics` tells (docs/metrics.md).
 *
 * Labels take only values that we or the operator chose: no phone, token or application is one, since there may be any
 * number of them and a collector keeps each for ever.
 *
 * @module
 */
import type { Registry } from "prom-client";
import type { Fact } from "../../core/contract/facts.ts";
import type { Observer } from "../../core/mod.ts";
import type { HistoryWatch } from "../../history/mod.ts";
import type { Answered, MetricsText } from "../../http/mod.ts";
import { measureAnswers, measureRefusals } from "./metrics_calls.ts";
import { histogramText } from "./metrics_histogram.ts";
import { measureHistory } from "./metrics_history.ts";
import { measureLag, processItself } from "./metrics_process.ts";
import { measureRequests } from "./metrics_requests.ts";
import { type Rooms, showRooms } from "./metrics_rooms.ts";
import type { Measured } from "./metrics_shown.ts";

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
  const requests = measureRequests();
  const history = measureHistory();
  const answers = measureAnswers();
  const refusals = measureRefusals();
  const lag = measureLag();
  const measured: Measured[] = [processItself(build), requests, history, answers, refusals, lag];
  let rooms: Rooms | undefined;
  let shown: Promise<Registry> | undefined;
  const show = async () => {
    const { Registry, Counter, Gauge } = await import("prom-client");
    const registry = new Registry();
    const prometheus = { Counter, Gauge, registers: [registry] };
    for (const part of measured) part.show?.(prometheus);
    if (rooms !== undefined) showRooms(prometheus, rooms);
    return registry;
  };
  return {
    observer: requests,
    history,
    fact: refusals.fact,
    answered: answers.answered,
    show: (all) => rooms = all,
    async tell() {
      const registry = await (shown ??= show());
      const histograms = measured.flatMap(({ histograms = [] }) => histograms.map(histogramText));
      return { text: `${await registry.metrics()}\n${histograms.join("\n")}`, contentType: registry.contentType };
    },
    [Symbol.dispose]: () => lag[Symbol.dispose](),
  };
}
