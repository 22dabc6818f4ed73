/**
 * What a call for one of the nine operations, or for a getter, may look like: JSON types and field names, made from the
 * tables of the contract. Never values, which are the core's question.
 *
 * @module
 */
import { z } from "zod";
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { GETTER_TABLE, type GetterName, type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import type { Parameter, Parameters } from "../../core/contract/parameter.ts";
import { allNamed, base64, must, named, number, text } from "./shape.ts";

const LONGEST_REFERENCE = 1_024;

/** What makes a request the same when it is made again. */
export const idempotencyKey: z.ZodString = text.regex(
  /^[\x21-\x7e]{1,255}$/,
  "must be 1 to 255 visible ASCII characters",
);

/** Said over a socket by whoever wants one answer: that the request has ended, and no more than how (RFC 7240, 4.2). */
export const minimalReturn: z.ZodLiteral<"minimal"> = z.literal("minimal", must('"minimal"'));

const common = {
  operation: z.enum(OPERATIONS),
  reference: text.max(LONGEST_REFERENCE, `must be at most ${LONGEST_REFERENCE} characters long`).exactOptional().meta({
    description: "The application's own word for the request; it comes back with the reply.",
  }),
  deadlineMs: number.exactOptional().meta({
    description: "Milliseconds until the request is given up: a whole number, at most 600,000 unless configured; " +
      "30,000 if left out, unless configured.",
  }),
};

/**
 * A call for one of the nine: what all have, and beside it the operation's own parameters, which its type does not
 * tell.
 */
export type OperationShape = z.ZodObject<typeof common, z.core.$strict>;

/** The body of `POST …/requests` for each operation. */
export const OPERATION_SHAPES = Object.fromEntries(
  OPERATIONS.map((name) => [name, z.strictObject({ ...common, ...shapesOf(OPERATION_TABLE[name].parameters) })]),
) as Record<OperationName, OperationShape>;

/** The shapes of parameters, by their names. */
export function shapesOf(parameters: Parameters): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const { kind, description } = parameter;
      const shape = shapeOf(parameter).meta({ description: kind === "bytes" ? `${description} Base64.` : description });
      return [name, "optional" in parameter ? shape.exactOptional() : shape];
    }),
  );
}

/** The shapes of what a getter is given. */
export function getterShapes(getter: GetterName): Record<string, z.ZodType> {
  return shapesOf(GETTER_TABLE[getter]);
}

function shapeOf({ kind, names = [] }: Parameter): z.ZodType {
  switch (kind) {
    case "number":
      return number;
    case "text":
      return text;
    case "bytes":
      return base64;
    case "name":
      return named(names);
    case "names":
      return allNamed(names);
    case "nameOrNumber":
      return z.union([named(names), z.number()], must("a name or a number"));
  }
}

/** What every body has: enough to know which operation it is. */
export const AnyOperation: z.ZodType<{ operation: OperationName }> = z.object({
  operation: z.enum(OPERATIONS, must(`one of ${OPERATIONS.join(" ")}`)),
});
