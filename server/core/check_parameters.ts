/**
 * Whether the telephone contract knows the values of an operation or getter. What depends on the phone is not asked
 * here: the SDK knows it.
 *
 * @module
 */
import type { PhoneErrorName } from "./contract/errors.ts";
import { OPERATION_TABLE } from "./contract/operation_table.ts";
import {
  GETTER_TABLE,
  type GetterName,
  type GetterParameters,
  type OperationName,
  type OperationParameters,
} from "./contract/operations.ts";
import { oneOf, type Parameters } from "./contract/parameter.ts";

/**
 * Checks the values of an operation and clamps its levels (R94).
 *
 * @returns What the plugin is given.
 * @throws {PhoneError} The `INVAL…` that names the parameter.
 */
export function checkOperation<Name extends OperationName>(
  operation: Name,
  params: OperationParameters[Name],
): OperationParameters[Name] {
  return checkAll(OPERATION_TABLE[operation].parameters, params);
}

/**
 * Checks the values of a getter.
 *
 * @throws {PhoneError} The `INVAL…` that names the parameter.
 */
export function checkGetter<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): void {
  checkAll(GETTER_TABLE[getter], params);
}

/**
 * Checks a list of names against those of the contract.
 *
 * @returns The names, each once.
 * @throws {PhoneError} `error`, naming the first that is not one.
 */
export function checkNames<Name extends string>(
  names: readonly string[],
  { known, error, place }: { known: readonly Name[]; error: PhoneErrorName; place: string },
): Name[] {
  return [...new Set(names.map((name) => oneOf(name, { names: known, error, place })))];
}

function checkAll<Values extends object>(parameters: Parameters, values: Values): Values {
  const checked: Record<string, unknown> = {};
  for (const place in parameters) {
    const value: unknown = values[place as keyof Values];
    // Only what may be left out is: the border that the call came by has asked for the rest.
    if (value !== undefined) checked[place] = parameters[place]?.check(value, place);
  }
  return checked as Values;
}
