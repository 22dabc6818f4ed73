/**
 * Applications: their beginning, lease, events and end.
 *
 * @module
 */
import { z } from "zod";
import { seesOf } from "../../access/mod.ts";
import { beginApplication, fit, NewApplication, startedApplication } from "../../api/mod.ts";
import { ApplicationList, StartedApplication } from "../../core/contract/shapes/mod.ts";
import { json, noContent, STREAM_HEADERS } from "../answering/answer.ts";
import { eventStreamBody } from "../answering/event_stream.ts";
import { lastEventOf } from "../reading/headers.ts";
import { readQuery } from "../reading/query.ts";
import { applicationOf, bodyOf, callerOf, type Endpoint, foreignApplicationOf } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

const StreamQuery = z.strictObject({
  lastEventId: z.string().regex(/^\d*$/, "must be the id of an event").exactOptional().meta({
    description:
      "As the header `Last-Event-ID`, for clients that cannot send it; the header counts where both are there.",
  }),
});

/** The routes of applications. */
export function applicationEndpoints(
  ports: Pick<AppPorts, "applications" | "operator" | "tokens" | "clock" | "bounds" | "waits">,
): Endpoint[] {
  const { applications, operator, clock, bounds, waits } = ports;
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
      async serve(call) {
        const { token } = call;
        const body = await bodyOf(call, bounds);
        const asked = fit(body, { shape: NewApplication, place: "body" });
        const { address } = callerOf(call);
        const application = await beginApplication(ports, { token, address, asked });
        return json(startedApplication(application, { token, ports }), { status: 201 });
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
        answers: {
          200: {
            description: "Every application, oldest first, with its handles of phones that the token may see.",
            body: ApplicationList,
          },
        },
      },
      serve: ({ token }) => json({ applications: operator.applications(seesOf(token)) }),
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
      serve(call) {
        applicationOf(call, applications);
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
      async serve(call) {
        const foreign = foreignApplicationOf(call, operator);
        await (foreign?.release(callerOf(call)) ?? applicationOf(call, applications).shutdown());
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
          "Server-sent events: `id` is the `seq` and `data` the message, as `/v1/asyncapi.json` describes it; a comment at once and every 15 s. A new " +
          "stream ends the one before. A reader that does not keep up is cut off and may go on with `Last-Event-ID`.",
        query: StreamQuery,
        headers: ["Last-Event-ID"],
        answers: {
          200: { description: "The stream; it goes on until one side ends it.", media: ["text/event-stream"] },
        },
        problems: ["INVALAPPHANDLE", "INVALPARAM"],
      },
      serve(call) {
        const application = applicationOf(call, applications);
        const { headers: asked, method, url } = call.context.req.raw;
        const { lastEventId } = readQuery(url, StreamQuery);
        const lastEvent = lastEventOf(asked.get("last-event-id") || lastEventId);
        const headers = { "content-type": "text/event-stream", ...STREAM_HEADERS };
        // A HEAD is routed as its GET, but must not end the stream that is being read.
        if (method === "HEAD") return new Response(null, { headers });
        const events = application.events(lastEvent === undefined ? {} : { lastEvent });
        // The end of its token is that of the application, and so of the stream.
        const ended = waits.begin(call.token, (why) => why === "rotated" && events.cancel());
        return new Response(eventStreamBody(events, { clock, beatMs: bounds.beatMs, ended }), { headers });
      },
    },
  ];
}
