import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";

const Attribute = z.object({
  key: z.string(),
  value: z.looseObject({ stringValue: z.string().optional(), doubleValue: z.number().optional() }),
});
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  name: z.string(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: z.array(Attribute).transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue]))
  ),
  status: z.looseObject({ code: z.union([z.number(), z.string()]).optional() }),
});
type Span = z.infer<typeof Span>;

const Export = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

/** What OpenTelemetry exports to over HTTP, in JSON: it keeps the spans. */
function startCollector() {
  const spans: Span[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body: unknown = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      const { resourceSpans } = Export.parse(body);
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
    }
    return Response.json({});
  });
  return {
    spans,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("with OTEL_DENO=true a request is a span with its steps, below the call that asked for it", async () => {
  await using collector = startCollector();
  const data = await Deno.makeTempDir();
  try {
    let requestId: unknown;
    {
      const variables = [
        "OTEL_DENO=true",
        "OTEL_DENO_CONSOLE=ignore",
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/json",
        `OTEL_EXPORTER_OTLP_ENDPOINT=${collector.url}`,
      ];
      // Its end sends what has not been sent.
      await using server = await startServer({ data, under: ["env", ...variables] });
      const call = api(server);
      const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "traced" } });
      const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, {
        body: { phone: "virtual:desk-1", privilege: "owner" },
      });
      const ask = (lamp: number) =>
        call("POST", `/v1/handles/${handle}/requests`, {
          body: { operation: "setLamp", lamp, mode: "steady" },
          headers: { prefer: "wait=10" },
        });
      ({ body: { requestId } } = await ask(20));
      equal((await ask(99)).body.outcome, "failed");
    }
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    const requests = named("request");
    equal(requests.length, 2);
    const request = requests.find((span) => span.attributes["switchroom.requestId"] === requestId);
    ok(request, "the span of the request");
    deepEqual(request.attributes, {
      "switchroom.requestId": requestId,
      "switchroom.operation": "setLamp",
      "switchroom.phone": "virtual:desk-1",
      "switchroom.plugin": "virtual",
      "switchroom.outcome": "succeeded",
    });
    const call = collector.spans.find(({ spanId }) => spanId === request.parentSpanId);
    deepEqual([call?.name, call?.traceId], ["POST", request.traceId]);
    let last = request.startTimeUnixNano;
    for (const name of ["accept", "plugin", "complete"]) {
      const [step, ...others]: Span[] = named(name).filter(({ parentSpanId }) => parentSpanId === request.spanId);
      ok(step, name);
      deepEqual([others, step.startTimeUnixNano, step.endTimeUnixNano >= last], [[], last, true], name);
      last = step.endTimeUnixNano;
    }
    equal(last, request.endTimeUnixNano);
    const failed = requests.find((span) => span !== request);
    equal(failed?.attributes["switchroom.outcome"], "failed");
    ok([2, "STATUS_CODE_ERROR"].includes(failed?.status.code ?? 0), "its status is an error");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
