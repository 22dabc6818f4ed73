/**
 * The lines of an export: JSON Lines, and CSV as RFC 4180 has it.
 *
 * @module
 */
import type { DamagedEvent, HistoryEvent } from "../../core/contract/facts.ts";
import type { Damage, DamagedRecord, RequestRecord } from "../../core/contract/record.ts";
import type { LineFormat } from "../../core/contract/history.ts";

/** One line: the record of a request, or another fact. */
export type ExportEntry =
  | { kind: "request" } & (RequestRecord | DamagedRecord)
  | { kind: "event" } & (HistoryEvent | DamagedEvent);

/** The columns of the CSV, the same for both kinds: a request's `seq` is its id, and its `at` when it was accepted. */
const COLUMNS = [
  "kind",
  "seq",
  "at",
  "type",
  "phone",
  "plugin",
  "token",
  "tokenName",
  "application",
  "applicationName",
  "handle",
  "address",
  "operation",
  "params",
  "reference",
  "state",
  "dispatchedAt",
  "completedAt",
  "durationMs",
  "outcome",
  "result",
  "code",
  "cause",
  "message",
  "reply",
  "detail",
  "damaged",
] as const;

type CsvRow = Partial<Record<typeof COLUMNS[number], string | number | null>>;

/**
 * What a spreadsheet passes over before a formula: quotes, every blank, and what is not seen at all. What parts cells is
 * looked at by itself.
 */
const BEFORE = String.raw`(?:(?![\t\r\n])["\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800])*`;
/** What a formula begins with, the full-width forms and the other minus too. */
const BEGINS = String.raw`[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212]`;
/**
 * What people write behind a comma, ", -5" or ", -g": a sign with nothing behind it that calls anything, be it a
 * function or another program.
 */
const HARMLESS = String.raw` +[+\-\u2212][^;,|\t\r\n(!=\uFF08\uFF01\uFF1D]*(?:[;,\t\r\n]|$)`;
/**
 * Where a spreadsheet takes what follows for a formula: a caller's own words must not become one. Some split at other
 * separators than the comma, inside of quotes too, so that a cell may begin after each.
 */
const FORMULA = new RegExp(
  String.raw`^(?=${BEFORE}${BEGINS}|"*[\t\r\n])|(?<=[;,|\t\r\n])(?=${BEFORE}${BEGINS})(?!${HARMLESS})`,
  "gu",
);

/** A text stands in quotes, whatever is in it. */
function csvField(value: string | number | null | undefined): string {
  if (typeof value !== "string") return String(value ?? "");
  return `"${value.replace(FORMULA, "'").replaceAll('"', '""')}"`;
}

function csvRow(entry: ExportEntry): CsvRow {
  const damaged = "damaged" in entry ? words(entry.damaged) : null;
  if (entry.kind === "event") return { ...entry, detail: JSON.stringify(entry.detail), damaged };
  const { requestId, acceptedAt, application, params, ...rest } = entry;
  return {
    ...rest,
    seq: requestId,
    at: acceptedAt ?? null,
    application: application?.id ?? null,
    applicationName: application?.name ?? null,
    params: JSON.stringify(params),
    damaged,
  };
}

function words({ block, problem }: Damage): string {
  return block === undefined ? problem : `block ${block}: ${problem}`;
}

function csvLine(entry: ExportEntry): string {
  const row = csvRow(entry);
  return `${COLUMNS.map((column) => csvField(row[column])).join(",")}\r\n`;
}

/** What stands before the first line, and how an entry becomes a line. */
export const EXPORT_LINES: Record<LineFormat, { head: string; line(entry: ExportEntry): string }> = {
  jsonl: { head: "", line: (entry) => `${JSON.stringify(entry)}\n` },
  csv: { head: `${COLUMNS.join(",")}\r\n`, line: csvLine },
};
