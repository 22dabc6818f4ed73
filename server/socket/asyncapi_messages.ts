/**
 * The messages of a socket, as JSON-RPC 2.0 wraps them.
 *
 * @module
 */
import { z } from "zod";
import { ErrorCode } from "../api/schemas/names.ts";

const jsonrpc = z.literal("2.0");

const Id = z.union([z.string(), z.number()]).meta({
  id: "MessageId",
  description: "Ties an answer to its call; the client chooses it.",
});

/** A call of a method. */
export function callOf(method: string, params: z.ZodType): z.ZodType {
  return z.object({ jsonrpc, id: Id, method: z.literal(method), params: optionalIfEmpty(params) });
}

/** The answer to a call that went well. */
export function answerWith(result: z.ZodType): z.ZodType {
  return z.object({ jsonrpc, id: Id, result });
}

/** The answer to a call that did not. */
export const RpcFailure = z.object({
  jsonrpc,
  id: Id.nullable().meta({ description: "null if the message could not be read." }),
  error: z.object({
    code: z.int().meta({ description: "The signed number of a telephony error, or one of JSON-RPC's own." }),
    message: z.string().meta({ description: "What was attempted, what was wrong and what would be right." }),
    data: z.object({ code: ErrorCode }).exactOptional().meta({
      description: "There for a telephony error that has a name.",
    }),
  }),
}).meta({ id: "RpcFailure" });

/** An event. */
export function notificationOf(type: string, event: z.ZodType): z.ZodType {
  return z.object({ jsonrpc, method: z.literal(type), params: event });
}

function optionalIfEmpty(params: z.ZodType): z.ZodType {
  return params.safeParse({}).success ? params.optional() : params;
}
