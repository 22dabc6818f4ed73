/**
 * Requests, as they are answered.
 *
 * @module
 */
import { type Accepted, REQUEST_STATES, type RequestRecord as Recorded } from "../record.ts";
import {
  about,
  amount,
  anything,
  exactly,
  nullable,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  text,
} from "../shape.ts";
import {
  ApplicationId,
  Cause,
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

/** The record of a request. */
export const RequestRecord: Shape<Recorded> = about(
  exactly<Recorded>()(object({
    requestId: Seq,
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
  })),
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
