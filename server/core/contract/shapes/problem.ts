/**
 * What is wrong with a call, as it is answered.
 *
 * @module
 */
import type { Problem, RpcError as Refused } from "../problem.ts";
import { about, either, exactly, integer, object, optional, type Shape, text } from "../shape.ts";
import { ErrorCode, Result } from "./names.ts";

/** What went wrong (RFC 9457). */
export const DescribedProblem: Shape<Problem> = about(
  exactly<Problem>()(object({
    type: about(text, { description: "A URN that stays the same for the same kind of problem." }),
    title: about(text, { description: "What kind of problem it is, in words that do not vary." }),
    status: about(integer({ least: 400, most: 599 }), { description: "The HTTP status." }),
    detail: about(text, { description: "What was attempted, what was wrong and what would be right." }),
    code: optional(ErrorCode),
    value: optional(Result),
  })),
  {
    name: "Problem",
    description: "What went wrong (RFC 9457); `code` and `value` are there for a telephony error.",
  },
);

/** What went wrong, over a socket. */
export const RpcError: Shape<Refused> = exactly<Refused>()(object({
  code: about(integer(), {
    description:
      "The signed number of a telephony error, or one of JSON-RPC's own: -32000 for a vendor's number that JSON-RPC keeps for itself.",
  }),
  message: about(text, { description: "What was attempted, what was wrong and what would be right." }),
  data: optional(
    about(either(object({ code: ErrorCode }), object({ value: Result })), {
      description: "The name of a telephony error, or the number of a vendor's own.",
    }),
  ),
}));
