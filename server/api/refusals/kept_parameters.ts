/**
 * What the history keeps of the words and parameters of a refused call: enough to tell what was wanted, and nothing that
 * its caller typed. A value stands there only if it is a number where one belongs, one of the parameter's own words, or
 * a phone that there is: people mistype what nobody may read, and facts are kept for years.
 *
 * @module
 */
import { FACT_TYPES } from "../../core/contract/facts.ts";
import { EXPORT_FORMATS } from "../../core/contract/history.ts";
import { BUTTON_MODES, BUTTON_STATES, PHONE_STATES, PRIVILEGES } from "../../core/contract/names.ts";
import { OPERATION_TABLE } from "../../core/contract/operation_table.ts";
import { GETTER_TABLE, type OperationName, OPERATIONS } from "../../core/contract/operations.ts";
import type { Parameters } from "../../core/contract/parameter.ts";
import { OUTCOMES, REQUEST_STATES } from "../../core/contract/record.ts";
import { methodName } from "../../core/contract/socket.ts";
import { SCOPES } from "../../core/contract/token.ts";

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

/** Which values of a parameter are shown. */
interface Shown {
  /** Whether numbers are. */
  numbers?: boolean;
  /** Which words are. */
  words?: readonly string[];
  /** Whether names and device ids of phones are, if there is such a phone. */
  phones?: true;
}

/** Which key it is, is a part of what somebody types. */
const KEY = "button";

/** What other calls take. Handles and applications stand in fields of the fact; a test finds what is in neither. */
const OTHERS: Readonly<Record<string, Shown>> = {
  ...all("deadlineMs leaseSeconds lastEvent lastEventId requestId before from limit overlapSeconds", { numbers: true }),
  ...all("id name reference idempotencyKey token subject phones plugin cursor checkpoint checkpoints expiresAt to", {}),
  phone: { phones: true },
  privilege: { words: PRIVILEGES },
  states: { words: PHONE_STATES },
  buttonModes: { words: BUTTON_MODES },
  buttonStates: { words: BUTTON_STATES },
  type: { words: FACT_TYPES },
  state: { words: REQUEST_STATES },
  outcome: { words: OUTCOMES },
  format: { words: EXPORT_FORMATS },
  bom: { words: ["true", "false"] },
  return: { words: ["minimal"] },
  scopes: { words: SCOPES },
};

/** Every parameter that there is. Some have the name of another: the values of both are shown. */
const SHOWN: ReadonlyMap<string, Shown> = everyParameter();

function everyParameter(): Map<string, Shown> {
  const shown = new Map(Object.entries(OTHERS));
  const rows: Parameters[] = [
    ...Object.values(OPERATION_TABLE).map(({ parameters }) => parameters),
    ...Object.values(GETTER_TABLE),
  ];
  for (const [name, { kind, names = [] }] of rows.flatMap((row) => Object.entries(row))) {
    const { numbers = false, words = [] } = shown.get(name) ?? {};
    const isNumber = kind === "number" || kind === "nameOrNumber";
    shown.set(name, name === KEY ? {} : { numbers: numbers || isNumber, words: [...words, ...names] });
  }
  return shown;
}

/** Of a list so many items. */
const MOST_ITEMS = 8;

/**
 * What the history may keep of a call. What nobody knows as a parameter is not even named.
 *
 * @param options.isPhone Whether there is a phone of that name or device id, as far as the caller may know.
 */
export function keptOf({ method, given }: ReadCall, { isPhone }: { isPhone: (name: string) => boolean }): KeptCall {
  const params: string[] = [];
  let asked: unknown;
  for (const part of given) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    for (const [name, value] of Object.entries(part)) {
      if (name === "operation") asked = value;
      const shown = SHOWN.get(name);
      if (shown === undefined) continue;
      const words = Array.isArray(value) ? listOf(value, { shown, isPhone }) : wordOf(value, { shown, isPhone });
      params.push(words === undefined ? name : `${name}=${words}`);
    }
  }
  const operation = OPERATIONS.find((name) => name === asked || methodName(name) === method);
  return { ...(operation !== undefined && { operation }), ...(params.length > 0 && { params }) };
}

/** The words of a refusal without what they quote: `mode "blink" is not one of …` tells what was typed. */
export function withoutQuotations(words: string): string {
  return words.replace(/".*"/s, "…");
}

type How = { shown: Shown; isPhone: (name: string) => boolean };

/** A value as it is shown; undefined if it is not. */
function wordOf(value: unknown, { shown: { numbers, words, phones }, isPhone }: How): string | undefined {
  if (typeof value === "number") return numbers ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  // In a path and a query a number is a text.
  const isShown = numbers && WHOLE.test(value) || words?.includes(value) || phones && isPhone(value);
  return isShown ? value : undefined;
}

/** A whole number as it stands in a path or a query. */
const WHOLE = /^-?\d{1,16}$/;

/** The items that are shown, and where one is not; undefined for a parameter of which none can be. */
function listOf(items: readonly unknown[], how: How): string | undefined {
  if (how.shown.words === undefined) return undefined;
  return [
    ...items.slice(0, MOST_ITEMS).map((item) => wordOf(item, how) ?? "?"),
    ...(items.length > MOST_ITEMS ? ["…"] : []),
  ].join(",");
}

function all(names: string, shown: Shown): Record<string, Shown> {
  return Object.fromEntries(names.split(" ").map((name) => [name, shown]));
}
