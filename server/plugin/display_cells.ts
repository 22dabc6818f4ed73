/**
 * The cells of a display as one text, a code point each: they are compared and written with every operation, where a
 * list of them would cost more than all else. A text of as many units as cells has none that is two of them, and is not
 * gone through.
 *
 * @module
 */

/** Stands for a cell of which nothing is known; no display is told to show it (Q14). */
const UNKNOWN = "\0";

/** A text in which a code point is not always one unit. */
const WIDE = /[\uD800-\uDFFF]/;

/** So many cells of which nothing is known. */
export function unknownCells(size: number): string {
  return UNKNOWN.repeat(size);
}

/** The cells that rows have. */
export function cellsOf(rows: readonly string[]): string {
  return rows.join("").replaceAll(UNKNOWN, " ");
}

/** Whether all are known. */
export function areKnown(cells: string): boolean {
  return !cells.includes(UNKNOWN);
}

/** What so many are after a text was written from one of them on; it ends where they end. */
export function written(
  cells: string,
  { size, from, text }: { size: number; from: number; text: string },
): string {
  if (cells.length === size && !WIDE.test(text)) return cells.slice(0, from) + text + cells.slice(from + text.length);
  const list = [...cells];
  list.splice(from, [...text].length, ...text);
  return list.join("");
}

/** The rows that they make. */
export function rowsOf(cells: string, { rows, columns }: { rows: number; columns: number }): string[] {
  const list = cells.length === rows * columns ? undefined : [...cells];
  return Array.from({ length: rows }, (_, row) => {
    const [from, to] = [row * columns, (row + 1) * columns];
    return list ? list.slice(from, to).join("") : cells.slice(from, to);
  });
}
