/**
 * The body of a call for one of the nine, whichever it is.
 *
 * @module
 */
import { z } from "zod";
import { OPERATION_SHAPES } from "../../api/mod.ts";
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";

const bodies = OPERATIONS.map((operation) =>
  OPERATION_SHAPES[operation].extend({ operation: z.literal(operation) }).meta({
    id: nameOf(operation),
    description: `${OPERATION_TABLE[operation].summary}.`,
    examples: [{ operation, ...OPERATION_TABLE[operation].example }],
  })
);

function nameOf(operation: OperationName): string {
  return `${operation[0]?.toUpperCase()}${operation.slice(1)}`;
}

/** One of the nine, told apart by `operation`; each is checked with its own shape. */
export const RequestBody = z.union(bodies).meta({
  id: "AskedOperation",
  description: "One of the nine operations with its parameters; a vendor's own values travel as numbers.",
  discriminator: {
    propertyName: "operation",
    mapping: Object.fromEntries(
      OPERATIONS.map((operation) => [operation, `#/components/schemas/${nameOf(operation)}`]),
    ),
  },
});
