/**
 * The parameters of the nine operations, as help lists them and shells complete them: taken from the contract's table.
 *
 * @module
 */
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import type { Parameter, ParameterKind } from "../../core/contract/parameter.ts";
import type { Key } from "./command.ts";

/** What stands for a value of each kind. */
const VALUES: Record<ParameterKind, string> = {
  number: "N",
  name: "NAME",
  nameOrNumber: "NAME",
  names: "NAME,…",
  text: "TEXT",
  bytes: "BASE64",
};

/** Every operation's keys. */
export function operationKeys(): Record<string, readonly Key[]> {
  return Object.fromEntries(OPERATIONS.map((operation) => [
    operation,
    Object.entries<Parameter>(OPERATION_TABLE[operation].parameters).map(([name, parameter]) => ({
      name,
      value: VALUES[parameter.kind],
      optional: "optional" in parameter,
      ...(parameter.names && { choices: parameter.names }),
    })),
  ]));
}
