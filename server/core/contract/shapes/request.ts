/**
 * Requests, as they are answered.
 *
 * @module
 */
import {
  type Accepted,
  type Completed,
  type Damage as Shown,
  type DamagedRecord as Damaged,
  REQUEST_STATES,
  type RequestRecord as Recorded,
} from "../record.ts";
import {
  about,
  amount,
  anything,
  either,
  exactly,
  nullable,
  object,
  oneOf,
  optional,
  optionalFields,
  record,
  type Shape,
  text,
} from "../shape.ts";
import {
  ApplicationId,
  Cause,
  Count,
  ErrorCode,
  HandleId,
  Operation,
  Outcome,
  PhoneName,
  Result,
  Seq,
  Time,
  TokenId,
} from "./names.ts";

/** A request that has been accepted. */
export const AcceptedRequest: Shape<Accepted> = about(
  exactly<Accepted>()(object({ requestId: Seq, state: oneOf(["accepted"]) })),
  { name: "AcceptedRequest", examples: [{ requestId: 12, state: "accepted" }] },
);

/** A request that has ended, for whoever wants no more. */
export const CompletedRequest: Shape<Completed> = about(
  exactly<Completed>()(object({ requestId: Seq, state: oneOf(["completed"]), outcome: Outcome, result: Result })),
  {
    name: "CompletedRequest",
    description: "What is told of a request that has ended to whoever wants no more than that.",
    examples: [{ requestId: 12, state: "completed", outcome: "succeeded", result: 0 }],
  },
);

const FIELDS = {
  operation: Operation,
  params: about(record(anything), { description: "What was asked, as it was asked." }),
  phone: PhoneName,
  plugin: text,
  application: object({ id: ApplicationId, name: text }),
  token: TokenId,
  tokenName: optional(text),
  handle: HandleId,
  reference: optional(about(text, { description: "The application's own word for the request." })),
  acceptedAt: Time,
  dispatchedAt: about(nullable(Time), { description: "When it went out to the plugin; null if it never did." }),
  completedAt: nullable(Time),
  durationMs: optional(
    about(amount, {
      description: "How long it took until its end was known, in milliseconds, by a clock that nobody sets.",
    }),
  ),
  state: about(oneOf(REQUEST_STATES), { description: "How far it has come; never back." }),
  outcome: about(nullable(Outcome), { description: "null while it is open." }),
  result: about(nullable(Result), { description: "null while it is open." }),
  code: optional(ErrorCode),
  cause: optional(Cause),
  message: optional(about(text, { description: "The driver's own words for its error." })),
  reply: about(nullable(oneOf(["sent", "suppressed"])), {
    description: "Whether the application was told; null while the request is open.",
  }),
};

/** The record of a request. */
export const RequestRecord: Shape<Recorded> = about(
  exactly<Recorded>()(object({ requestId: Seq, ...FIELDS })),
  {
    name: "RequestRecord",
    description: "The record of one request.",
    examples: [{
      requestId: 12,
      operation: "setLamp",
      params: { lamp: 20, mode: "steady" },
      phone: "virtual:desk-1",
      plugin: "virtual",
      application: { id: "mVdB1XlY3eYl0wXlq0C7Dg", name: "Reception" },
      token: "t-5f3a0c9d1b27",
      tokenName: "front desk",
      handle: "q3w7m1c2Qe2bXoG1n5m0Vw",
      acceptedAt: "2026-03-01T09:30:00.000Z",
      dispatchedAt: "2026-03-01T09:30:00.001Z",
      completedAt: "2026-03-01T09:30:00.002Z",
      durationMs: 1.873,
      state: "completed",
      outcome: "succeeded",
      result: 0,
      reply: "sent",
    }],
  },
);

/** What shows that something is not what was written. */
export const Damage: Shape<Shown> = about(
  exactly<Shown>()(object({
    block: optional(about(Count, { description: "The block that covers the row, where one does." })),
    row: about(Count, { description: "The `seq` of the row; of a request that of its acceptance, end or withdrawal." }),
    problem: about(text, { description: "What is wrong, or why it could not be found out, in words." }),
  })),
  {
    name: "Damage",
    description: "What shows that a row of the history is not the one that was written.",
    examples: [{ block: 7, row: 13, problem: "row 13 is not the one that was written" }],
  },
);

/** The record of a request that is not as it was written. */
export const DamagedRecord: Shape<Damaged> = about(
  exactly<Damaged>()(object({ requestId: Seq, damaged: Damage, ...optionalFields(FIELDS) })),
  {
    name: "DamagedRecord",
    description:
      "A record that was changed since it was written: what it says is not known to be so, and what cannot " +
      "be read is left out.",
    examples: [{
      requestId: 12,
      damaged: { block: 7, row: 13, problem: "row 13 is not the one that was written" },
      phone: "virtual:desk-1",
    }],
  },
);

/** A record as the history has it. */
export const FoundRecord: Shape<Recorded | Damaged> = either(RequestRecord, DamagedRecord);
