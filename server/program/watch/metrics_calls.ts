/**
 * What is measured of calls: how they were answered, and why they were refused.
 *
 * @module
 */
import { Counter, type Registry } from "prom-client";
import type { Fact } from "../../core/contract/facts.ts";
import type { Answered } from "../../http/mod.ts";

/** Counts what each route of HTTP answers. */
export function measureAnswers(registry: Registry): (answer: Answered) => void {
  const total = new Counter({
    name: "switchroom_http_answers_total",
    help: "HTTP answers, by method, route and class of status; a call that no route takes counts as unrouted.",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  return ({ method, route, status }) => total.inc({ method, route, status: `${Math.trunc(status / 100)}xx` });
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
