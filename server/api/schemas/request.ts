/**
 * Requests, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import { REQUEST_STATES, type RequestRecord as CoreRecord } from "../../core/contract/record.ts";
import { schemaOf } from "./agree.ts";
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
export const AcceptedRequest = z.object({ requestId: Seq, state: z.literal("accepted") }).meta({
  id: "AcceptedRequest",
  examples: [{ requestId: 12, state: "accepted" }],
});

/** The record of a request. */
export const RequestRecord = schemaOf<CoreRecord>()(
  z.object({
    requestId: Seq,
    operation: Operation,
    params: z.record(z.string(), z.unknown()).meta({ description: "What was asked, as it was asked." }),
    phone: PhoneName,
    plugin: z.string(),
    application: z.object({ id: ApplicationId, name: z.string() }),
    token: TokenId,
    handle: HandleId,
    reference: z.string().exactOptional().meta({ description: "The application's own word for the request." }),
    acceptedAt: Time,
    dispatchedAt: Time.nullable().meta({ description: "When it went out to the plugin; null if it never did." }),
    completedAt: Time.nullable(),
    state: z.enum(REQUEST_STATES).meta({ description: "How far it has come; never back." }),
    outcome: Outcome.nullable().meta({ description: "null while it is open." }),
    result: Result.nullable().meta({ description: "null while it is open." }),
    code: ErrorCode.exactOptional(),
    cause: Cause.exactOptional(),
    message: z.string().exactOptional().meta({ description: "The driver's own words for its error." }),
    reply: z.enum(["sent", "suppressed"]).nullable().meta({
      description: "Whether the application was told; null while the request is open.",
    }),
  }).meta({
    id: "RequestRecord",
    description: "The record of one request.",
    examples: [{
      requestId: 12,
      operation: "setLamp",
      params: { lamp: 20, mode: "steady" },
      phone: "virtual:desk-1",
      plugin: "virtual",
      application: { id: "mVdB1XlY3eYl0wXlq0C7Dg", name: "Reception" },
      token: "bootstrap",
      handle: "q3w7m1c2Qe2bXoG1n5m0Vw",
      acceptedAt: "2026-03-01T09:30:00.000Z",
      dispatchedAt: "2026-03-01T09:30:00.001Z",
      completedAt: "2026-03-01T09:30:00.002Z",
      state: "completed",
      outcome: "succeeded",
      result: 0,
      reply: "sent",
    }],
  }),
);
