/**
 * The parameters of the nine operations, as help lists them and shells complete them: taken from the shapes that the
 * server checks calls with.
 *
 * @module
 */
import { z } from "zod";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import { OPERATION_SHAPES } from "../../api/mod.ts";
import type { Key } from "./command.ts";

/** What a call has beside its operation's parameters. */
const OTHERS = ["operation", "reference", "deadlineMs"];

/** The shapes of an operation's own parameters, by name. */
export function shapesOf(operation: OperationName): Map<string, z.core.$ZodType> {
  return new Map(Object.entries(OPERATION_SHAPES[operation].shape).filter(([name]) => !OTHERS.includes(name)));
}

/** Every operation's keys. */
export function operationKeys(): Record<string, readonly Key[]> {
  return Object.fromEntries(
    OPERATIONS.map((operation) => [operation, [...shapesOf(operation)].map(([name, shape]) => keyOf(name, shape))]),
  );
}

/** Whether a parameter can be left out. */
export function isOptional(shape: z.core.$ZodType | undefined): boolean {
  return shape?._zod.optin === "optional";
}

function keyOf(name: string, shape: z.core.$ZodType): Key {
  const schema = Described.parse(z.toJSONSchema(shape, { io: "input" }));
  const choices = schema.anyOf?.find((one) => one.enum)?.enum ?? schema.items?.enum ?? schema.enum;
  const kind = schema.contentEncoding ? "BASE64" : schema.type === "number" ? "N" : choices ? "NAME" : "TEXT";
  return {
    name,
    value: schema.items ? `${kind},…` : kind,
    optional: isOptional(shape),
    ...(choices && { choices }),
  };
}

const Names = z.object({ enum: z.array(z.string()).optional() });

/** What is read of a JSON Schema. */
const Described = Names.extend({
  type: z.string().optional(),
  contentEncoding: z.string().optional(),
  items: Names.optional(),
  anyOf: z.array(Names).optional(),
});
