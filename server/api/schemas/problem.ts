/**
 * Problems, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import type { Problem } from "../refusals/problem.ts";
import { schemaOf } from "./agree.ts";
import { ErrorCode, Result } from "./names.ts";

/** What went wrong (RFC 9457). */
export const DescribedProblem = schemaOf<Problem>()(
  z.object({
    type: z.string().meta({ description: "A URN that stays the same for the same kind of problem." }),
    title: z.string().meta({ description: "What kind of problem it is, in words that do not vary." }),
    status: z.int().min(400).max(599).meta({ description: "The HTTP status." }),
    detail: z.string().meta({ description: "What was attempted, what was wrong and what would be right." }),
    code: ErrorCode.exactOptional(),
    value: Result.exactOptional(),
  }).meta({
    id: "Problem",
    description: "What went wrong (RFC 9457); `code` and `value` are there for a telephony error.",
  }),
);
