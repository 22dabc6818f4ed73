/**
 * The figures as a table.
 *
 * @module
 */

/** One line of the table. */
export interface Line {
  what: string;
  measured: string;
  /** Undefined where nothing was promised. */
  target?: string;
  reached?: boolean;
  /** Where it comes from. */
  from: string;
}

/** A table in Markdown, so that it can be quoted. */
export function table(lines: readonly Line[]): string {
  return rows(
    ["What", "Measured", "Target", "", "From"],
    lines.map(({ what, measured, target, reached, from }) => [
      what,
      measured,
      target ?? "",
      reached === undefined ? "" : reached ? "reached" : "NOT REACHED",
      from,
    ]),
  );
}

/** Any table in Markdown. */
export function rows(titles: string[], body: string[][]): string {
  const cells = [titles, ...body];
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const row = (of: string[]) => `| ${of.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = "", ...lines] = cells.map(row);
  return [head, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...lines].join("\n");
}

/** Milliseconds, to three figures. */
export function ms(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}

/** A part of a whole. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** Bytes, of something small. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} kB`;
}

/** How many a second. */
export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en")}/s`;
}
