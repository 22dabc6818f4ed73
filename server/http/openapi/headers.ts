/**
 * The headers of calls and answers that mean something here, each described once.
 *
 * @module
 */
import { z } from "zod";
import { idempotencyKey } from "../../api/mod.ts";
import { about, matching, optional, text as anyText } from "../../core/contract/shape.ts";

/** Headers of calls that some routes heed. */
export const CALL_HEADERS = {
  "Idempotency-Key": idempotencyKey.meta({
    description: "The same key on the same handle gives the same request again instead of a new one.",
    examples: ["lamp-20-of-order-4711"],
  }),
  "Prefer": z.string().meta({
    description:
      "`wait=SECONDS` (RFC 7240): answer with the record if the request ends in that time; 60 at most unless configured. With `return=minimal` beside it " +
      "with no more than how it ended; `return=representation` is the record.",
    examples: ["wait=10", "wait=10, return=minimal"],
  }),
  "Last-Event-ID": z.string().regex(/^\d*$/).meta({
    description:
      "The `seq` of the last event that the client has: the stream goes on after it. Without, or empty, it begins at the oldest that is held.",
    examples: ["41"],
  }),
} as const;

/** One of {@linkcode CALL_HEADERS}. */
export type CallHeader = keyof typeof CALL_HEADERS;

/** Headers that some answers have; an optional one is not always there. */
export const ANSWER_HEADERS = {
  "Location": about(anyText, { description: "Where what has been made can be read." }),
  "Preference-Applied": optional(
    about(anyText, {
      description:
        "What the answer goes by, as it was understood: `wait=SECONDS` if the call asked for it, and in a 200 `return` if it asked for that.",
    }),
  ),
  "Content-Disposition": about(anyText, { description: "A name for the file." }),
  "Retry-After": about(matching(/^\d+$/, { words: "digits" }), {
    description: "Seconds after which the same call may succeed.",
  }),
  "Set-Cookie": about(anyText, { description: "The cookie of the session, or that there is none any more." }),
  "WWW-Authenticate": about(anyText, { description: "What is wrong with the token (RFC 6750)." }),
};

/** One of {@linkcode ANSWER_HEADERS}. */
export type AnswerHeader = keyof typeof ANSWER_HEADERS;
