/**
 * The metrics, as Prometheus collects them.
 *
 * @module
 */
import { SAFE_HEADERS } from "../answering/answer.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The route of the metrics: the one outside `/v1` that needs a token. */
export function metricsEndpoints({ metrics }: Pick<AppPorts, "metrics">): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/metrics",
      scope: "metrics",
      description: {
        id: "readMetrics",
        tag: "health",
        summary: "Read the metrics",
        answers: { 200: { description: "The metrics as Prometheus collects them.", media: ["text/plain"] } },
      },
      async serve() {
        const { text, contentType } = await metrics();
        return new Response(text, { headers: { "content-type": contentType, ...SAFE_HEADERS } });
      },
    },
  ];
}
