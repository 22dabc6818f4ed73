/**
 * What is measured of calls: how they were answered, and why they were refused.
 *
 * @module
 */
import type { Fact } from "../../core/contract/facts.ts";
import type { Answered } from "../../http/mod.ts";
import type { Measured } from "./metrics_shown.ts";

/** Counts what each route of HTTP answers. */
export function measureAnswers(): Measured & { answered(answer: Answered): void } {
  const total = new Map<string, { labels: Record<"method" | "route" | "status", string>; count: number }>();
  return {
    answered({ method, route, status }) {
      const key = `${method} ${Math.trunc(status / 100)} ${route}`;
      const of = total.get(key);
      if (of !== undefined) of.count++;
      else total.set(key, { labels: { method, route, status: `${Math.trunc(status / 100)}xx` }, count: 1 });
    },
    show({ Counter, registers }) {
      new Counter({
        name: "switchroom_http_answers_total",
        help: "HTTP answers, by method, route and class of status; a call that no route takes counts as unrouted.",
        labelNames: ["method", "route", "status"],
        registers,
        collect() {
          this.reset();
          for (const { labels, count } of total.values()) this.inc(labels, count);
        },
      });
    },
  };
}

/** Counts refused calls by the facts that tell of them, so that every transport counts alike. */
export function measureRefusals(): Measured & { fact(fact: Fact): void } {
  const total = new Map<string, number>();
  const add = (reason: string, count: number) => void total.set(reason, (total.get(reason) ?? 0) + count);
  return {
    fact(fact) {
      if (fact.type === "callRefused") {
        const { code, detail: { status, count = 1 } } = fact;
        add(code ?? `HTTP_${status}`, count);
      } else if (fact.type === "accessRefused") add(fact.detail.reason, fact.detail.count);
    },
    show({ Counter, registers }) {
      new Counter({
        name: "switchroom_refusals_total",
        help:
          "Refused calls, by the telephony error, by the HTTP status where there is none, or by what was wrong with " +
          "the token; the last are counted when their minute ends.",
        labelNames: ["reason"],
        registers,
        collect() {
          this.reset();
          for (const [reason, count] of total) this.inc({ reason }, count);
        },
      });
    },
  };
}
