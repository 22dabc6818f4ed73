/**
 * Applications: their beginning, lease, events and end.
 *
 * @module
 */
import { z } from "zod";
import { quoted } from "../../core/contract/quoted.ts";
import { json, noContent, SAFE_HEADERS } from "../answering/answer.ts";
import { beginApplication } from "../../api/begin_application.ts";
import { readJson } from "../reading/body.ts";
import { applicationOf, type Endpoint, foreignApplicationOf } from "./endpoint.ts";
import { eventStreamBody } from "../answering/event_stream.ts";
import type { HttpPorts } from "./ports.ts";
import { Refusal } from "../../api/refusals/refusal.ts";
import { ApplicationList, StartedApplication } from "../../api/schemas/application.ts";
import { fit, integer, text } from "../../api/shapes/shape.ts";

export const NewApplication = z.strictObject({
  name: text.meta({ description: "1 to 128 characters, for people." }),
  leaseSeconds: integer(5, 300).exactOptional().meta({
    description: "The application ends if nothing is heard of it for that long; 60 if left out.",
  }),
}).meta({ id: "NewApplication", examples: [{ name: "Reception", leaseSeconds: 60 }] });

/** The routes of applications. */
export function applicationEndpoints(ports: HttpPorts): Endpoint[] {
  const { core, clock, limits } = ports;
  return [
    {
      method: "POST",
      path: "/v1/applications",
      scope: "phones:monitor",
      description: {
        id: "beginApplication",
        tag: "applications",
        summary: "Begin an application (phoneInitializeEx)",
        body: NewApplication,
        answers: { 201: { description: "The application has begun.", body: StartedApplication } },
        problems: ["INVALAPPNAME"],
      },
      async run({ context, token }) {
        const body = await readJson(context.req.raw, limits);
        const asked = fit(body, { shape: NewApplication, place: "body" });
        return json(await beginApplication(ports, token, asked), { status: 201 });
      },
    },
    {
      method: "GET",
      path: "/v1/applications",
      scope: "admin",
      description: {
        id: "listApplications",
        tag: "operator",
        summary: "List the applications of every token",
        answers: { 200: { description: "Every application, oldest first.", body: ApplicationList } },
      },
      run: () => json({ applications: core.applications() }),
    },
    {
      method: "POST",
      path: "/v1/applications/:application/lease",
      scope: "phones:monitor",
      description: {
        id: "renewLease",
        tag: "applications",
        summary: "Renew the lease of an application",
        description: "Any other call of the application does it, too.",
        answers: { 204: { description: "The lease begins anew." } },
        problems: ["INVALAPPHANDLE"],
      },
      run(call) {
        applicationOf(call, core);
        return noContent();
      },
    },
    {
      method: "DELETE",
      path: "/v1/applications/:application",
      scope: "phones:monitor",
      description: {
        id: "endApplication",
        tag: "applications",
        summary: "End an application (phoneShutdown)",
        description:
          "Closes its handles first, each as `closeHandle` does. An operator (`admin`) releases the phones of any other's application with it.",
        answers: { 204: { description: "The application is no more." } },
        problems: ["INVALAPPHANDLE"],
      },
      async run(call) {
        const foreign = foreignApplicationOf(call, core);
        if (foreign) await core.shutdown(foreign, "operatorRelease", { by: call.token.id });
        else await core.shutdown(applicationOf(call, core));
        return noContent();
      },
    },
    {
      method: "GET",
      path: "/v1/applications/:application/events",
      scope: "phones:monitor",
      description: {
        id: "readEvents",
        tag: "applications",
        summary: "Read the events of an application",
        description:
          "Server-sent events: `id` is the `seq` and `data` the message, as `/v1/asyncapi.json` describes it; a comment every 15 s. A new stream " +
          "ends the one before. A reader that does not keep up is cut off and may go on with `Last-Event-ID`.",
        headers: ["Last-Event-ID"],
        answers: {
          200: { description: "The stream; it goes on until one side ends it.", media: ["text/event-stream"] },
        },
        problems: ["INVALAPPHANDLE", "INVALPARAM"],
      },
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
