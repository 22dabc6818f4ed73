/**
 * What commands print: results to standard output and nothing else there, plain and stable where no person looks.
 *
 * @module
 */
import { styleText } from "node:util";
import { printable } from "../core/contract/text.ts";

/** Prints a line. */
export function print(line: string): void {
  console.log(line);
}

/** Prints a line for people to standard error, where no script looks for a result. */
export function printAside(line: string): void {
  console.error(printable(line));
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
  // What is shown as its code stands in strings only, where JSON means the same by it.
  print(printable(JSON.stringify(value)));
}

/** How a list is printed. */
export interface ListFormat<Item> {
  /** For scripts: a JSON object a line. */
  readonly json: boolean | undefined;
  /** For people: a table. */
  readonly columns: Readonly<Record<string, (item: Item) => string>>;
  /**
   * The columns that are cut where the table is wider than a terminal, the first as far as it can be, then the next. No
   * column belongs here that another command takes: it must be there to be copied. Nothing is cut if there are none.
   */
  readonly yielding?: readonly string[];
  /** Said to people where there is nothing to list. */
  readonly none: string;
}

/** Prints values for scripts or people. */
export async function printList<Item extends object>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { json, columns, yielding = [], none }: ListFormat<Item>,
): Promise<void> {
  if (json) {
    for await (const item of items) printJson(item);
    return;
  }
  const cells = Object.values(columns);
  const rows = await Array.fromAsync(items, (item) => cells.map((cell) => printable(cell(item))));
  const names = Object.keys(columns);
  const isCut = table([names, ...rows], yielding.map((name) => names.indexOf(name)));
  if (rows.length === 0) printAside(none);
  else if (isCut) printAside("What ends with … is cut: --wide shows all");
}

/** What a table is cut to, in characters, where no terminal is wider. */
const USUAL_WIDTH = 80;
/** What a column is not cut below. */
const LEAST_WIDTH = 8;
const GAP = 2;

/**
 * Prints rows in columns, the first row as their head.
 *
 * @returns Whether something was cut.
 */
function table(rows: readonly (readonly string[])[], yielding: readonly number[]): boolean {
  const wanted = rows[0]?.map((_, column) => Math.max(...rows.map((row) => [...row[column] ?? ""].length))) ?? [];
  const widths = fitted(wanted, yielding);
  rows.forEach((row, index) => {
    const line = row.map((cell, column) => cutTo(cell, widths[column] ?? 0)).join(" ".repeat(GAP)).trimEnd();
    print(index === 0 ? paint("bold", line) : line);
  });
  return widths.some((width, column) => width < (wanted[column] ?? 0));
}

/** The widths of the columns, those that yield less wide than they want where there is not the room. */
function fitted(wanted: readonly number[], yielding: readonly number[]): number[] {
  const room = Deno.stdout.isTerminal() ? Math.max(Deno.consoleSize().columns, USUAL_WIDTH) : USUAL_WIDTH;
  let excess = wanted.reduce((sum, width) => sum + GAP + width, -GAP) - room;
  const widths = [...wanted];
  for (const column of yielding) {
    const width = widths[column] ?? 0;
    const given = Math.min(Math.max(excess, 0), Math.max(width - LEAST_WIDTH, 0));
    widths[column] = width - given;
    excess -= given;
  }
  return widths;
}

/** A text in exactly so many characters. */
function cutTo(text: string, width: number): string {
  const points = [...text];
  if (points.length <= width) return text + " ".repeat(width - points.length);
  return `${points.slice(0, width - 1).join("")}…`;
}

/** Prints names and values, one a line; a value of several lines stands under itself. */
export function printFields(fields: Readonly<Record<string, string | readonly string[]>>): void {
  // A later server may have added fields, under any name.
  const shown = Object.entries(fields).map(([name, value]) => [printable(name), value] as const);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) {
    const [first = "", ...others] = [value].flat();
    print(`${paint("bold", name.padEnd(width))}  ${printable(first)}`.trimEnd());
    for (const line of others) print(`${" ".repeat(width)}  ${printable(line)}`.trimEnd());
  }
}

/** A text as it begins a sentence. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A time as a table has it that is not wide: `2026-03-01T09:30:00Z`. */
export function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

/** Colours that are used. */
type Style = "bold" | "green" | "yellow" | "red";

/** A text in a colour, on a terminal whose user has not declined (`NO_COLOR`). */
export function paint(style: Style, text: string): string {
  return Deno.stdout.isTerminal() && !Deno.noColor ? styleText(style, text, { validateStream: false }) : text;
}
