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

/** Prints values for scripts or people: a JSON object a line, or a table. */
export async function printList<Item extends object>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { json, columns }: { json: boolean | undefined; columns: Readonly<Record<string, (item: Item) => string>> },
): Promise<void> {
  if (!json) {
    const cells = Object.values(columns);
    return table([Object.keys(columns), ...await Array.fromAsync(items, (item) => cells.map((cell) => cell(item)))]);
  }
  for await (const item of items) printJson(item);
}

/** Prints rows in columns, the first row as their head. */
function table(rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => [...row[column] ?? ""].length))) ?? [];
  cells.forEach((row, index) => {
    const line = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - [...cell].length)).join("  ");
    print(index === 0 ? paint("bold", line.trimEnd()) : line.trimEnd());
  });
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

/** Colours that are used. */
type Style = "bold" | "green" | "yellow" | "red";

/** A text in a colour, on a terminal whose user has not declined (`NO_COLOR`). */
export function paint(style: Style, text: string): string {
  return Deno.stdout.isTerminal() && !Deno.noColor ? styleText(style, text, { validateStream: false }) : text;
}
