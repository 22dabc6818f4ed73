/**
 * From rows to what is answered: every row is checked on the way, for the file may have been changed by anybody. One that
 * cannot be read is told as damaged, with what can be.
 *
 * @module
 */
import { z } from "zod";
import { nameOfError } from "../../core/contract/errors.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { CAUSES, type Damage, type DamagedRecord, OUTCOMES, type RequestRecord } from "../../core/contract/record.ts";
import { timeText } from "../../core/contract/time.ts";
import { type DamagedEvent, FACT_TYPES, type FactType, type HistoryEvent } from "../../core/contract/facts.ts";

/** A wall time in milliseconds, to RFC 3339: every number that the column takes, so that no row is unreadable for it. */
const time = z.int().transform(timeText);

/** A text that must be JSON, and what it says. */
const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});

/** A JSON object as text. */
const jsonObject = jsonText.pipe(z.record(z.string(), z.unknown()));

const requestRow = z.object({
  seq: z.int(),
  at: time,
  operation: z.enum(OPERATIONS),
  phone: z.string(),
  plugin: z.string(),
  application: z.string(),
  application_name: z.string(),
  token: z.string(),
  handle: z.string(),
  reference: z.string().nullable(),
  params: jsonObject,
  token_name: z.string().nullable(),
  completed: z.int().nullable(),
  completed_at: time.nullable(),
  dispatched_at: time.nullable(),
  outcome: z.enum(OUTCOMES).nullable(),
  result: z.int().nullable(),
  cause: z.enum(CAUSES).nullable(),
  message: z.string().nullable(),
  reply: z.enum(["sent", "suppressed"]).nullable(),
  took_us: z.int().min(0).nullable(),
  withdrawn: z.int().nullable(),
});

const factRow = z.object({
  seq: z.int(),
  at: time,
  type: z.enum(FACT_TYPES),
  token: z.string().nullable(),
  application: z.string().nullable(),
  address: z.string().nullable(),
  plugin: z.string().nullable(),
  phone: z.string().nullable(),
  handle: z.string().nullable(),
  result: z.int().nullable(),
  code: z.string().nullable(),
  detail: jsonObject.nullable(),
  token_name: z.string().nullable(),
});

/** An object without its nulls: an optional field that has no value is left out. */
function given<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return withoutAll(fields, null) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}

function withoutAll(fields: Record<string, unknown>, left: null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== left));
}

/** What is read of a row: all of it, or what can be, and what is wrong with the rest. */
function read<Shape extends z.ZodObject>(
  schema: Shape,
  row: { seq: number },
): { all: z.output<Shape> } | { some: Partial<z.output<Shape>>; damaged: Damage } {
  const parsed = schema.safeParse(row);
  if (parsed.success) return { all: parsed.data };
  const some = Object.entries(schema.shape).flatMap(([name, column]) => {
    const cell = z.safeParse(column, (row as Record<string, unknown>)[name]);
    return cell.success ? [[name, cell.data]] : [];
  });
  const unread = parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`).join(", ");
  return {
    some: Object.fromEntries(some) as Partial<z.output<Shape>>,
    damaged: { row: row.seq, problem: `row ${row.seq} cannot be read: ${unread}` },
  };
}

/** The record of a request from its joined rows. */
export function toRecord(row: { seq: number }): RequestRecord | DamagedRecord {
  const found = read(requestRow, row);
  if ("all" in found) return recordOf(found.all);
  // Of what cannot be read nothing is made: what is undefined here is left out.
  const some = recordOf(found.some as z.output<typeof requestRow>);
  const { id, name } = some.application;
  const application = id === undefined || name === undefined ? undefined : some.application;
  return { ...withoutAll({ ...some, application }, undefined), requestId: row.seq, damaged: found.damaged };
}

function recordOf(of: z.output<typeof requestRow>): RequestRecord {
  return {
    requestId: of.seq,
    operation: of.operation,
    params: of.params,
    phone: of.phone,
    plugin: of.plugin,
    application: { id: of.application, name: of.application_name },
    token: of.token,
    ...given({ tokenName: of.token_name }),
    handle: of.handle,
    ...given({ reference: of.reference }),
    acceptedAt: of.at,
    dispatchedAt: of.dispatched_at,
    completedAt: of.completed_at,
    ...given({ durationMs: typeof of.took_us === "number" ? of.took_us / 1_000 : null }),
    state: of.completed === null ? "accepted" : "completed",
    outcome: of.outcome,
    result: of.result,
    ...given({
      code: typeof of.result === "number" ? nameOfError(of.result) ?? null : null,
      cause: of.cause,
      message: of.message,
    }),
    reply: of.withdrawn === null ? of.reply : "suppressed",
  };
}

/** A fact from its row. */
export function toEvent(row: { seq: number }): HistoryEvent | DamagedEvent {
  const found = read(factRow, row);
  // The row is one that we wrote, or its block shows that it is not: its kind has the fields that its type names.
  if ("all" in found) return eventOf(found.all) as HistoryEvent;
  const { some, damaged } = found;
  const event = eventOf({ token: null, detail: null, ...some });
  return { ...withoutAll({ ...event, detail: some.detail && event.detail }, undefined), seq: row.seq, damaged };
}

function eventOf({ seq, at, type, detail, token, token_name: tokenName, ...rest }: FactCells) {
  const { token: actor, detail: told } = inPresentTerms(type, { token, detail: detail ?? {} });
  return { seq, at, type, ...given({ token: actor, tokenName, ...rest }), detail: told };
}

/** What is read of a fact's row. */
type FactCells = Partial<z.output<typeof factRow>> & Pick<z.output<typeof factRow>, "token" | "detail">;

/** What is told, with what its block shows of it; whether it can be read is shown by itself. */
export function withDamage<Item extends object>(item: Item, damage: Damage | undefined): Item {
  return damage === undefined ? item : { ...item, damaged: damage };
}

/**
 * Who acted and whom it befell, of older rows, which are told by their shape: there the token that was made or revoked stood in `id`, the
 * first token as its own maker, and the holder of a handle or an application in the place of who acted, who stood in
 * `by`.
 */
function inPresentTerms(
  type: FactType | undefined,
  { token, detail }: { token: string | null; detail: Record<string, unknown> },
): { token: string | null; detail: Record<string, unknown> } {
  const { id, by, ...rest } = detail;
  switch (type) {
    case "tokenCreated":
    case "tokenRevoked": {
      if (id === undefined) break;
      const isItsOwnMaker = type === "tokenCreated" && token === id;
      return { token: isItsOwnMaker ? null : token, detail: { subject: id, ...rest } };
    }
    case "handleClosed":
    case "applicationEnded": {
      const isOwnDeed = detail["cause"] === "close" || detail["cause"] === "shutdown";
      if (isOwnDeed || detail["subject"] !== undefined) break;
      return { token: typeof by === "string" ? by : null, detail: { ...rest, subject: token } };
    }
  }
  return { token, detail };
}
