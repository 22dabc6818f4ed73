/**
 * What the history keeps of the parameters of a refused call: enough to tell what was wanted, and of nothing that a
 * person has typed or is to read more than that it was there.
 *
 * @module
 */
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { GETTER_TABLE, type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import type { ParameterKind, Parameters } from "../../core/contract/parameter.ts";
import { methodName } from "../../core/contract/socket.ts";
import { printable } from "../../core/contract/text.ts";

/** A call as far as its transport has read it. */
export interface ReadCall {
  /** The method of the socket; undefined of HTTP. */
  readonly method?: string | undefined;
  /** What was given with it: a body, a query, the parts of a path that vary. What is no object is passed over. */
  readonly given: readonly unknown[];
}

/** What is kept of a call. */
export interface KeptCall {
  /** Which of the nine it asked for. */
  readonly operation?: OperationName;
  /** `lamp=20` of each parameter that may be shown, its name alone of any other that is known. */
  readonly params?: string[];
}

/** Free texts and bytes are not shown, whatever they are for. */
const SHOWN_KINDS: readonly ParameterKind[] = ["number", "name", "nameOrNumber", "names"];

/** Which key it is, is a part of what somebody types. */
const KEY = "button";

/** What other calls take, and whether it is shown. Handles and applications stand in fields of the fact. */
const OTHERS: Readonly<Record<string, boolean>> = {
  ...all(
    "deadlineMs phone plugin privilege leaseSeconds states buttonModes buttonStates requestId lastEvent lastEventId " +
      "type state outcome format from to limit scopes expiresAt overlapSeconds",
    { shown: true },
  ),
  ...all("name reference idempotencyKey token subject phones cursor checkpoint", { shown: false }),
};

/** Every parameter that there is, and whether it is shown. */
const SHOWN: ReadonlyMap<string, boolean> = new Map([
  ...Object.entries(OTHERS),
  ...[...Object.values(OPERATION_TABLE).map(({ parameters }) => parameters), ...Object.values(GETTER_TABLE)].flatMap(
    (parameters: Parameters) =>
      Object.entries(parameters).map(([name, { kind }]) => [name, name !== KEY && SHOWN_KINDS.includes(kind)] as const),
  ),
]);

/** A fact is kept for years: a value is cut to that, a list to so many of its items. */
const LONGEST = 64;
const MOST_ITEMS = 8;

/** What the history may keep of a call. What nobody knows as a parameter is not even named. */
export function keptOf({ method, given }: ReadCall): KeptCall {
  const params: string[] = [];
  let asked: unknown;
  for (const part of given) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    for (const [name, value] of Object.entries(part)) {
      if (name === "operation") asked = value;
      const shown = SHOWN.get(name);
      if (shown === undefined) continue;
      const words = shown ? wordsOf(value) : undefined;
      params.push(words === undefined ? name : `${name}=${words}`);
    }
  }
  const operation = OPERATIONS.find((name) => name === asked || methodName(name) === method);
  return { ...(operation !== undefined && { operation }), ...(params.length > 0 && { params }) };
}

/** A value as it is shown; undefined for one that no parameter can have. */
function wordsOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return printable(value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value);
  if (!Array.isArray(value)) return undefined;
  const items = value.slice(0, MOST_ITEMS).map((item) => wordsOf(Array.isArray(item) ? undefined : item) ?? "?");
  return [...items, ...(value.length > MOST_ITEMS ? ["…"] : [])].join(",");
}

function all(names: string, { shown }: { shown: boolean }): Record<string, boolean> {
  return Object.fromEntries(names.split(" ").map((name) => [name, shown]));
}
