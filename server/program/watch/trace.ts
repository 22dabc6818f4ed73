/**
 * Requests as OpenTelemetry spans, through Deno's own exporter.
 *
 * `OTEL_DENO=true` switches it on, and the other `OTEL_…` variables say where to; Deno reads them itself. Each request
 * is a span with one for each step, below the span of the call that asked for it.
 *
 * @module
 */
import { type Attributes, context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Clock, Observer } from "../../core/mod.ts";

/** Traces the requests; undefined if OpenTelemetry is not switched on, so that nothing is made then. */
export function requestTracer({ version, clock }: { version: string; clock: Clock }): Observer | undefined {
  // Deno puts its own provider there only when it is switched on.
  if (trace.getTracerProvider() !== Deno.telemetry.tracerProvider) return undefined;
  const tracer = trace.getTracer("switchroom", version);
  return {
    taken({ operation, phone, plugin }) {
      // The plugin's answer comes in a turn that knows nothing of the call.
      const caller = context.active();
      return {
        accepted() {},
        completed({ requestId, outcome, cause, takenAt, acceptedAt, dispatched, endedAt, completedAt }) {
          const attributes: Attributes = {
            "switchroom.requestId": requestId,
            "switchroom.operation": operation,
            "switchroom.phone": phone,
            "switchroom.plugin": plugin,
            "switchroom.outcome": outcome,
            ...(cause !== undefined && { "switchroom.cause": cause }),
          };
          const wall = clock.wall() - clock.monotonic();
          const request = tracer.startSpan("request", { startTime: wall + takenAt, attributes }, caller);
          const within = trace.setSpan(caller, request);
          const step = (name: string, { from, to }: { from: number; to: number }) =>
            tracer.startSpan(name, { startTime: wall + from }, within).end(wall + to);
          step("accept", { from: takenAt, to: acceptedAt });
          if (dispatched) step("plugin", { from: acceptedAt, to: endedAt });
          step("complete", { from: endedAt, to: completedAt });
          if (outcome !== "succeeded") request.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
          request.end(wall + completedAt);
        },
      };
    },
  };
}
