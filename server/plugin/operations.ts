/**
 * The parameters of an operation on their way to the driver: what a phone cannot take is refused before it is called
 * (contract 4.9), and bytes become bytes.
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import { type Operation, OPERATION_TABLE } from "../core/contract/operation_table.ts";
import { type OperationName, type OperationParameters, OPERATIONS } from "../core/contract/operations.ts";
import type { Driver, DriverParameters } from "./driver.ts";

/** Whether an operation can be used on a phone whose link is down. */
export function worksWithoutLink(operation: OperationName): boolean {
  const row: Operation = OPERATION_TABLE[operation];
  return row.withoutLink ?? false;
}

/**
 * The operations that a driver wants to be called as they come.
 *
 * @throws {TypeError} If it names one that is called so anyway, or none at all.
 */
export function overlappingOf({ overlapping = [] }: Driver): ReadonlySet<OperationName> {
  const table: Readonly<Record<OperationName, Operation>> = OPERATION_TABLE;
  const ordered = OPERATIONS.filter((name) => table[name].items !== undefined);
  for (const name of overlapping) {
    if (ordered.includes(name)) continue;
    const right = `one of ${ordered.join(" ")}`;
    throw new TypeError(
      `Cannot add a phone: its driver's overlapping has ${JSON.stringify(name)}, but must be ${right}`,
    );
  }
  return new Set(overlapping);
}

/** What an operation sets of a phone: others that set the same wait for it, or it for them (R101). */
export function itemsOf<Name extends OperationName>(
  operation: Name,
  params: OperationParameters[Name],
): readonly string[] {
  const row: Operation = OPERATION_TABLE[operation];
  return row.items?.(params) ?? [];
}

/**
 * Gives the driver's parameters.
 *
 * @throws {PhoneError} The contract's, for what this phone does not have or cannot be.
 */
export function prepare<Name extends OperationName>(
  operation: Name,
  { params, capabilities }: { params: OperationParameters[Name]; capabilities: PhoneCapabilities },
): DriverParameters[Name] {
  const row: Operation = OPERATION_TABLE[operation];
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    values[name] = row.parameters[name]?.kind === "bytes" ? Uint8Array.fromBase64(String(value)) : value;
  }
  return (row.fit?.(values, capabilities) ?? values) as DriverParameters[Name];
}
