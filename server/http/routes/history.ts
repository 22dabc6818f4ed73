/**
 * Questions to the history.
 *
 * @module
 */
import { z } from "zod";
import { hasScope, phonesOf, requireScope, type Token } from "../../access/mod.ts";
import { latestRecord, readRecord } from "../../api/mod.ts";
import type { Page, RequestFilter } from "../../core/contract/history.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { FACT_TYPES } from "../../core/contract/facts.ts";
import { OUTCOMES, REQUEST_STATES } from "../../core/contract/record.ts";
import { EventPage, FoundRecord, RequestPage, Seq } from "../../core/contract/shapes/mod.ts";
import { json } from "../answering/answer.ts";
import { cursor, cursorOf, oneOf, readQuery, time } from "../reading/query.ts";
import { callerOf, type Endpoint, pathValue } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

const PAGE = 50;
const LARGEST_PAGE = 500;

const limit = z.string().transform((text, context) => {
  const limit = /^\d+$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= LARGEST_PAGE) return limit;
  context.addIssue(`must be an integer from 1 to ${LARGEST_PAGE}`);
  return z.NEVER;
}).meta({ type: "integer", minimum: 1, maximum: LARGEST_PAGE });

const before = z.string().transform((text, context) => {
  const before = /^[1-9]\d*$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(before)) return before;
  context.addIssue("must be the number of a row, from 1 on");
  return z.NEVER;
}).meta({ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const paging = {
  limit: limit.default(PAGE).meta({ description: "The most that a page may hold." }),
  cursor: cursor.exactOptional().meta({ description: "`next` of the page before." }),
};

const RequestsQuery = z.strictObject({
  phone: z.string().exactOptional(),
  plugin: z.string().exactOptional(),
  application: z.string().exactOptional(),
  operation: oneOf(OPERATIONS).exactOptional(),
  state: oneOf(REQUEST_STATES).exactOptional(),
  outcome: oneOf(OUTCOMES).exactOptional(),
  token: z.string().exactOptional(),
  reference: z.string().exactOptional(),
  from: time.exactOptional().meta({ description: "Accepted at or after." }),
  to: time.exactOptional().meta({ description: "Accepted before." }),
  ...paging,
});

const EventsQuery = z.strictObject({
  type: oneOf(FACT_TYPES).exactOptional(),
  phone: z.string().exactOptional(),
  application: z.string().exactOptional(),
  token: z.string().exactOptional().meta({ description: "The token of who acted." }),
  subject: z.string().exactOptional().meta({
    description: "The token that it befell, where that is not who acted: of a revocation, or of an operator's release.",
  }),
  before: before.exactOptional().meta({
    description: "Whose `seq` is below this: what stood before a request, by its id.",
  }),
  ...paging,
});

/** The routes of the history. */
export function historyEndpoints(
  { applications, reader, questions, reads }: Pick<AppPorts, "applications" | "reader" | "questions" | "reads">,
): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/v1/requests",
      scope: undefined,
      description: {
        id: "listRequests",
        tag: "requests",
        summary: "Find requests",
        description:
          "Gives what fulfils every filter. With the scope `history:read` of any token, without it of the caller's own. A token that is limited to " +
          "phones is given what concerns these.",
        query: RequestsQuery,
        answers: { 200: { description: "A page of records.", body: RequestPage } },
        problems: ["missing-scope", "too-many"],
      },
      async serve(call) {
        const { context, token } = call;
        const { limit, cursor: before, ...asked } = readQuery(context.req.url, RequestsQuery);
        const filter = { ...ownUnlessReader(asked, token), ...phonesOf(token) };
        return await questions(token.id, async () => {
          const page = await reader.requests(
            // On disk a request is open or completed; which of the open ones have been dispatched is known to the core
            // alone.
            asked.state === "dispatched" ? { ...filter, state: "accepted" } : filter,
            { limit, ...(before !== undefined && { before }) },
          );
          const records = await Promise.all(page.items.map((record) => latestRecord(record, { applications, reader })));
          const requests = asked.state === undefined ? records : records.filter(({ state }) => state === asked.state);
          reads.count("requests", callerOf(call));
          return json({ requests, next: nextOf(page) });
        });
      },
    },
    {
      method: "GET",
      path: "/v1/requests/:requestId",
      scope: undefined,
      description: {
        id: "readRequest",
        tag: "requests",
        summary: "Read the record of a request",
        description: "With the scope `history:read` of any token, without it of the caller's own.",
        path: { requestId: Seq },
        answers: { 200: { description: "The record, as of now.", body: FoundRecord } },
        problems: ["not-found", "too-many"],
      },
      async serve(call) {
        const text = pathValue(call, "requestId");
        const id = /^[1-9]\d*$/.test(text) ? Number(text) : NaN;
        const { token } = call;
        const record = await questions(token.id, () => readRecord(id, { token, ports: { applications, reader } }));
        reads.count("request", callerOf(call));
        return json(record);
      },
    },
    {
      method: "GET",
      path: "/v1/history/events",
      scope: "history:read",
      description: {
        id: "listHistoryEvents",
        tag: "history",
        summary: "Find the facts that are not requests",
        description:
          "A token that is limited to phones is given the facts of these; those that are of no phone are none of them.",
        query: EventsQuery,
        answers: { 200: { description: "A page of facts.", body: EventPage } },
        problems: ["too-many"],
      },
      async serve(call) {
        const { context, token } = call;
        const { limit, cursor = Infinity, before = Infinity, ...filter } = readQuery(context.req.url, EventsQuery);
        const first = Math.min(cursor, before);
        const part = { limit, ...(first !== Infinity && { before: first }) };
        const page = await questions(token.id, () => reader.events({ ...filter, ...phonesOf(token) }, part));
        reads.count("events", callerOf(call));
        return json({ events: page.items, next: nextOf(page) });
      },
    },
  ];
}

/** A token may always read what it asked for itself. */
function ownUnlessReader(filter: RequestFilter, token: Token): RequestFilter {
  if (hasScope(token, "history:read")) return filter;
  if (filter.token !== undefined && filter.token !== token.id) requireScope(token, "history:read");
  return { ...filter, token: token.id };
}

function nextOf(page: Page<unknown>): string | null {
  return page.next === undefined ? null : cursorOf(page.next);
}
