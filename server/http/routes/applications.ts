/**
 * Applications: their beginning, lease, events and end.
 *
 * @module
 */
import { z } from "zod";
import { json, noContent, SAFE_HEADERS } from "../answer.ts";
import { readJson } from "../body.ts";
import { applicationOf, type Endpoint } from "../endpoint.ts";
import { eventStreamBody } from "../event_stream.ts";
import type { HttpPorts } from "../ports.ts";
import { quoted, Refusal } from "../refusal.ts";
import { fit, integer, text } from "../shape.ts";

const NewApplication = z.strictObject({ name: text, leaseSeconds: integer(5, 300).exactOptional() });

/** The routes of applications. */
export function applicationEndpoints({ core, clock, limits }: HttpPorts): Endpoint[] {
  return [
    {
      method: "POST",
      path: "/v1/applications",
      scope: "phones:monitor",
      async run({ context, token }) {
        const body = await readJson(context.req.raw, limits);
        const { name, ...lease } = fit(body, { shape: NewApplication, place: "body" });
        const started = await core.initialize(name, { token: token.id, ...lease });
        return json(started, { status: 201 });
      },
    },
    {
      method: "POST",
      path: "/v1/applications/:application/lease",
      scope: "phones:monitor",
      run(call) {
        applicationOf(call, core);
        return noContent();
      },
    },
    {
      method: "DELETE",
      path: "/v1/applications/:application",
      scope: "phones:monitor",
      async run(call) {
        await core.shutdown(applicationOf(call, core));
        return noContent();
      },
    },
    {
      method: "GET",
      path: "/v1/applications/:application/events",
      scope: "phones:monitor",
      run(call) {
        const application = applicationOf(call, core);
        const { headers: asked, method } = call.context.req.raw;
        const lastEvent = lastEventOf(asked.get("last-event-id"));
        const headers = { "content-type": "text/event-stream", ...SAFE_HEADERS };
        // A HEAD is routed as its GET, but must not end the stream that is being read.
        if (method === "HEAD") return new Response(null, { headers });
        const events = core.events(application, lastEvent === undefined ? {} : { lastEvent });
        return new Response(eventStreamBody(events, { clock, beatMs: limits.beatMs }), { headers });
      },
    },
  ];
}

function lastEventOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seq = /^\d+$/.test(header) ? Number(header) : NaN;
  if (Number.isSafeInteger(seq)) return seq;
  throw new Refusal("bad-request", `Last-Event-ID is ${quoted(header)}; it must be the id of an event`);
}
