/**
 * The body of a call for one of the nine, whichever it is.
 *
 * @module
 */
import { z } from "zod";
import { OPERATION_SHAPES } from "../../api/mod.ts";
import { type OperationName, OPERATIONS } from "../../core/contract/operations.ts";

const EXAMPLES: Record<OperationName, object> = {
  devSpecific: { params: "eyJwcmVzcyI6MTJ9" },
  setButtonInfo: { button: 12, mode: "feature", function: "hold", text: "Hold" },
  setData: { dataId: 0, data: "AAECAw==" },
  setDisplay: { row: 0, column: 0, text: "Welcome" },
  setGain: { device: "handset", gain: 32768 },
  setHookSwitch: { devices: ["speaker"], mode: "micSpeaker" },
  setLamp: { lamp: 20, mode: "steady" },
  setRing: { mode: 1, volume: 32768 },
  setVolume: { device: "handset", volume: 32768 },
};

const bodies = OPERATIONS.map((operation) =>
  OPERATION_SHAPES[operation].extend({ operation: z.literal(operation) }).meta({
    id: nameOf(operation),
    examples: [{ operation, ...EXAMPLES[operation] }],
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
