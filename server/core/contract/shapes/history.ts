/**
 * The history, as it is answered: its auditable facts, and pages of them and of records.
 *
 * @module
 */
import {
  type DamagedEvent as Damaged,
  FACT_TYPES,
  type FactField,
  type FactKind,
  FACTS,
  type HistoryEvent as Told,
} from "../facts.ts";
import type { DamagedRecord, RequestRecord as Recorded } from "../record.ts";
import {
  about,
  anything,
  either,
  exactly,
  type Fields,
  list,
  nullable,
  object,
  oneOf,
  optional,
  optionalFields,
  record,
  type Shape,
  text,
  variants,
} from "../shape.ts";
import { ApplicationId, ErrorCode, HandleId, PhoneName, Result, Seq, Time, TokenId } from "./names.ts";
import { Damage, FoundRecord } from "./request.ts";

/** What the fields of facts hold. */
const FIELDS = {
  token: TokenId,
  application: ApplicationId,
  address: about(text, { description: "Where a call came from." }),
  plugin: text,
  phone: PhoneName,
  handle: HandleId,
  result: Result,
  code: ErrorCode,
} as const satisfies Readonly<Record<FactField, Shape>>;

/** What every fact has. */
const HEAD = { seq: Seq, at: Time };

/** A fact of one kind. */
function kindShape(type: string, { tells, has, mayHave, detail }: FactKind): Shape<Told> {
  const fields: Fields = {
    ...HEAD,
    type: oneOf([type]),
    ...Object.fromEntries(has.map((field) => [field, FIELDS[field]])),
    ...Object.fromEntries(mayHave.map((field) => [field, optional<unknown>(FIELDS[field])])),
    ...([...has, ...mayHave].includes("token") ? { tokenName: optional(text) } : {}),
    detail: object(detail),
  };
  const name = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  // `HistoryEvent` is made of the same table, by the compiler.
  return about(object(fields), { name, description: tells }) as Shape<Told>;
}

/** A fact that is not a request. */
export const HistoryEvent: Shape<Told> = about(
  variants("type", {
    kinds: Object.fromEntries(Object.entries(FACTS).map(([type, kind]) => [type, kindShape(type, kind)])),
    otherwise: object({ ...HEAD, type: text, detail: record(anything) }),
  }),
  {
    name: "HistoryEvent",
    description: "An auditable fact that is not a request. Kinds may be added: leave what you do not know.",
    examples: [{
      seq: 2,
      at: "2026-03-01T09:30:00.000Z",
      type: "serverStarted",
      detail: {
        version: "0.1.0",
        recovered: 0,
        migrated: ["0001_history", "0002_access", "0003_format_2", "0004_token_life"],
      },
    }],
  },
);

/** A fact that is not as it was written. */
export const DamagedEvent: Shape<Damaged> = about(
  exactly<Damaged>()(object({
    seq: Seq,
    damaged: Damage,
    ...optionalFields({ at: Time, type: oneOf(FACT_TYPES), tokenName: text, ...FIELDS, detail: record(anything) }),
  })),
  {
    name: "DamagedEvent",
    description:
      "A fact that was changed since it was written: what it says is not known to be so, and what cannot be " +
      "read is left out.",
    examples: [{ seq: 13, damaged: { block: 7, row: 13, problem: "row 13 is not the one that was written" } }],
  },
);

const NEWEST_FIRST = "Newest first; a page may be short, even empty, and still have `next`.";

const next = about(nullable(text), { description: "The `cursor` of the next page; null at the end." });

/** A page of facts. */
export const EventPage: Shape<{ events: (Told | Damaged)[]; next: string | null }> = about(
  object({ events: about(list(either(HistoryEvent, DamagedEvent)), { description: NEWEST_FIRST }), next }),
  { name: "EventPage" },
);

/** A page of records. */
export const RequestPage: Shape<{ requests: (Recorded | DamagedRecord)[]; next: string | null }> = about(
  object({ requests: about(list(FoundRecord), { description: NEWEST_FIRST }), next }),
  { name: "RequestPage" },
);
