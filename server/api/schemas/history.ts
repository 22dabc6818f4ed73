/**
 * The history, as it is answered: its auditable facts, and pages of them and of records.
 *
 * @module
 */
import { z } from "zod";
import { FACT_TYPES } from "../../core/contract/facts.ts";
import { ApplicationId, HandleId, PhoneName, Result, Seq, Time, TokenId } from "./names.ts";
import { RequestRecord } from "./request.ts";

/** A fact that is not a request. */
export const HistoryEvent = z.object({
  seq: Seq,
  at: Time,
  type: z.enum(FACT_TYPES),
  token: TokenId.exactOptional(),
  application: ApplicationId.exactOptional(),
  address: z.string().exactOptional().meta({ description: "Where a call came from." }),
  plugin: z.string().exactOptional(),
  phone: PhoneName.exactOptional(),
  handle: HandleId.exactOptional(),
  result: Result.exactOptional(),
  code: z.string().exactOptional().meta({ description: "The name of a telephony error." }),
  detail: z.record(z.string(), z.unknown()).meta({ description: "The rest, in fields that go with the type." }),
}).meta({
  id: "HistoryEvent",
  description: "An auditable fact that is not a request.",
  examples: [{ seq: 1, at: "2026-03-01T09:30:00.000Z", type: "serverStarted", detail: { migrated: true } }],
});

/** A page of facts. */
export const EventPage = pageOf("events", HistoryEvent).meta({ id: "EventPage" });

/** A page of records. */
export const RequestPage = pageOf("requests", RequestRecord).meta({ id: "RequestPage" });

/** A page of items, newest first. */
function pageOf<Name extends string, Item extends z.ZodType>(name: Name, item: Item) {
  return z.object({
    [name]: z.array(item).meta({
      description: "Newest first; a page may be short, even empty, and still have `next`.",
    }),
    next: z.string().nullable().meta({ description: "The `cursor` of the next page; null at the end." }),
  });
}
