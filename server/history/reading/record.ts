/**
 * From rows to what is answered: every row is checked on the way, for the file may have been changed by anybody.
 *
 * @module
 */
import { z } from "zod";
import { nameOfError } from "../../core/contract/errors.ts";
import { OPERATIONS } from "../../core/contract/operations.ts";
import { CAUSES, OUTCOMES, type RequestRecord } from "../../core/contract/record.ts";
import { timeText } from "../../core/contract/time.ts";
import { FACT_TYPES, type FactType, type HistoryEvent } from "../../core/contract/facts.ts";

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
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };
}

function checked<Schema extends z.ZodType>(schema: Schema, row: { seq: unknown }): z.output<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new Error(
    `Cannot read row ${row.seq} of the history, it has been changed from outside: ${z.prettifyError(parsed.error)}`,
  );
}

/**
 * The record of a request from its joined rows.
 *
 * @throws {Error} In words, if the rows are not as we write them.
 */
export function toRecord(row: { seq: unknown }): RequestRecord {
  const of = checked(requestRow, row);
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
    ...given({ durationMs: of.took_us === null ? null : of.took_us / 1_000 }),
    state: of.completed_at === null ? "accepted" : "completed",
    outcome: of.outcome,
    result: of.result,
    ...given({
      code: of.result === null ? null : nameOfError(of.result) ?? null,
      cause: of.cause,
      message: of.message,
    }),
    reply: of.withdrawn === null ? of.reply : "suppressed",
  };
}

/**
 * A fact from its row.
 *
 * @throws {Error} In words, if the row is not as we write them.
 */
export function toEvent(row: { seq: unknown }): HistoryEvent {
  const { seq, at, type, detail, token, token_name: tokenName, ...rest } = checked(factRow, row);
  const { token: actor, detail: told } = inPresentTerms(type, { token, detail: detail ?? {} });
  // The row is one that we wrote, or the chain shows that it is not: its kind has the fields that its type names.
  return { seq, at, type, ...given({ token: actor, tokenName, ...rest }), detail: told } as HistoryEvent;
}

/**
 * Who acted and whom it befell, of older rows, which are told by their shape: there the token that was made or revoked stood in `id`, the
 * first token as its own maker, and the holder of a handle or an application in the place of who acted, who stood in
 * `by`.
 */
function inPresentTerms(
  type: FactType,
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
