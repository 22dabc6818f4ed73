/**
 * Questions to the history.
 *
 * @module
 */
import { z } from "zod";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { HISTORY_EVENT_TYPES, OUTCOMES, REQUEST_STATES, type RequestRecord } from "../../core/contract/record.ts";
import type { Page, RequestFilter } from "../../core/ports.ts";
import { json } from "../answer.ts";
import { hasScope, requireScope } from "../authentication.ts";
import { cursor, cursorOf } from "../cursor.ts";
import { type Endpoint, pathValue } from "../endpoint.ts";
import type { HttpPorts, Token } from "../ports.ts";
import { readQuery } from "../query.ts";
import { Refusal } from "../refusal.ts";

const PAGE = 50;
const LARGEST_PAGE = 500;

const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, `must be one of ${names.join(" ")}`);

const time = z.iso.datetime({ offset: true, error: "must be a time of RFC 3339, its + written as %2B" })
  .transform((text) => Date.parse(text));

const limit = z.string().transform((text, context) => {
  const limit = /^\d+$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= LARGEST_PAGE) return limit;
  context.addIssue(`must be an integer from 1 to ${LARGEST_PAGE}`);
  return z.NEVER;
});

const paging = { limit: limit.default(PAGE), cursor: cursor.exactOptional() };

const RequestsQuery = z.strictObject({
  phone: z.string().exactOptional(),
  plugin: z.string().exactOptional(),
  application: z.string().exactOptional(),
  operation: oneOf(OPERATIONS).exactOptional(),
  state: oneOf(REQUEST_STATES).exactOptional(),
  outcome: oneOf(OUTCOMES).exactOptional(),
  token: z.string().exactOptional(),
  reference: z.string().exactOptional(),
  from: time.exactOptional(),
  to: time.exactOptional(),
  ...paging,
});

const EventsQuery = z.strictObject({ type: oneOf(HISTORY_EVENT_TYPES).exactOptional(), ...paging });

/** The routes of the history. */
export function historyEndpoints({ core, reader }: HttpPorts): Endpoint[] {
  /** A record as of now. One that is open on disk and unknown to the core was completed between the two looks: a state never goes back. */
  const latest = async (record: RequestRecord): Promise<RequestRecord> => {
    const current = core.current(record);
    return current.state === "accepted" ? await reader.request(record.requestId) ?? current : current;
  };
  return [
    {
      method: "GET",
      path: "/v1/requests",
      scope: undefined,
      async run({ context, token }) {
        const { limit, cursor: before, ...asked } = readQuery(context.req.url, RequestsQuery);
        const filter = ownUnlessReader(asked, token);
        const page = await reader.requests(
          // On disk a request is open or completed; which of the open ones have been dispatched is known to the core alone.
          asked.state === "dispatched" ? { ...filter, state: "accepted" } : filter,
          { limit, ...(before !== undefined && { before }) },
        );
        const records = await Promise.all(page.items.map(latest));
        const requests = asked.state === undefined ? records : records.filter(({ state }) => state === asked.state);
        return json({ requests, next: nextOf(page) });
      },
    },
    {
      method: "GET",
      path: "/v1/requests/:id",
      scope: undefined,
      async run(call) {
        const text = pathValue(call, "id");
        const id = /^[1-9]\d*$/.test(text) ? Number(text) : NaN;
        const record = Number.isSafeInteger(id) ? await reader.request(id) : undefined;
        if (record && (record.token === call.token.id || hasScope(call.token, "history:read"))) {
          return json(await latest(record));
        }
        throw new Refusal("not-found", "No request of this token has that id");
      },
    },
    {
      method: "GET",
      path: "/v1/history/events",
      scope: "history:read",
      async run({ context }) {
        const { limit, cursor: before, ...filter } = readQuery(context.req.url, EventsQuery);
        const page = await reader.events(filter, { limit, ...(before !== undefined && { before }) });
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
