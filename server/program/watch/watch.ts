/**
 * All that watches the server while it works: log, metrics and traces, joined so that the rooms know of one watcher
 * each.
 *
 * @module
 */
import type { Clock, History, Observer } from "../../core/mod.ts";
import type { Fact } from "../../core/contract/facts.ts";
import type { HistoryWatch } from "../../history/mod.ts";
import { historyLog } from "./log.ts";
import { logFact, requestLog } from "./log_facts.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { requestTracer } from "./trace.ts";

/** What watches. The end of its block ends it. */
export interface Watch extends Disposable {
  /** Watches the requests. */
  readonly requests: Observer;
  /** Watches the history's disk. */
  readonly history: HistoryWatch;
  /** What is measured. */
  readonly metrics: Metrics;
  /** Takes each fact. */
  fact(fact: Fact): void;
}

/** Begins to watch; the log must have been started. */
export function startWatch({ version, clock }: { version: string; clock: Clock }): Watch {
  const metrics = createMetrics({ version });
  return {
    requests: joined([metrics.observer, requestLog(), requestTracer({ version, clock })]),
    history: {
      committed: metrics.history.committed,
      failed(reason) {
        metrics.history.failed(reason);
        historyLog.failed(reason);
      },
      resumed: historyLog.resumed,
      held: historyLog.held,
    },
    metrics,
    fact(fact) {
      metrics.fact(fact);
      logFact(fact);
    },
    [Symbol.dispose]: () => metrics[Symbol.dispose](),
  };
}

/** A history whose facts are told before it takes them. */
export function watchedHistory(history: History, tell: (fact: Fact) => void): History {
  return {
    get trouble() {
      return history.trouble;
    },
    accept: (row) => history.accept(row),
    complete: (row) => history.complete(row),
    withdraw: (requestId) => history.withdraw(requestId),
    nameOf: (token) => history.nameOf(token),
    note(fact, options) {
      tell(fact);
      return history.note(fact, options);
    },
  };
}

/** One observer for all that are there; a single one is given back itself, since it stands on the hot path. */
function joined(observers: readonly (Observer | undefined)[]): Observer {
  const present = observers.filter((observer) => observer !== undefined);
  const [first, ...others] = present;
  if (first !== undefined && others.length === 0) return first;
  return {
    taken(request) {
      const watching = present.map((observer) => observer.taken(request));
      return {
        accepted: (requestId) => watching.forEach((one) => one.accepted(requestId)),
        completed: (way) => watching.forEach((one) => one.completed(way)),
      };
    },
  };
}
