/**
 * The metrics, as Prometheus collects them.
 *
 * @module
 */
import { requireUnlimited } from "../../access/mod.ts";
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
        description: "They tell of every phone: a token that is limited to phones is refused.",
        answers: { 200: { description: "The metrics as Prometheus collects them.", media: ["text/plain"] } },
      },
      async serve({ token }) {
        requireUnlimited(token, "The metrics are");
        const { text, contentType } = await metrics();
        return new Response(text, { headers: { "content-type": contentType, ...SAFE_HEADERS } });
      },
    },
  ];
}
