/**
 * What a phone's display shows. SIP has no display to write into, only texts to be shown: each is the whole display, so
 * what it holds is kept here.
 *
 * @module
 */

/** How large a display is. */
export interface DisplaySize {
  rows: number;
  columns: number;
}

/** A display: cells row by row, each one code point (contract Q14). It never changes; writing makes another. */
export class Display {
  readonly #size: DisplaySize;
  readonly #cells: readonly string[];

  /** @param size A blank one of this size, unless it is given its cells. */
  constructor(size: DisplaySize, cells: readonly string[] = Array(size.rows * size.columns).fill(" ")) {
    this.#size = size;
    this.#cells = cells;
  }

  /** With a text written over it; what goes beyond the last cell is cut (R98). */
  write({ row, column, text }: { row: number; column: number; text: string }): Display {
    const cells = [...this.#cells];
    let cell = row * this.#size.columns + column;
    for (const character of text) {
      if (cell === cells.length) break;
      cells[cell++] = character;
    }
    return new Display(this.#size, cells);
  }

  /** A text for each row, each as long as the display is wide. */
  get rows(): string[] {
    const { rows, columns } = this.#size;
    return Array.from({ length: rows }, (_, row) => this.#cells.slice(row * columns, (row + 1) * columns).join(""));
  }

  /**
   * As a message that shows the same: rows without what is blank at their ends, and none after the last that holds
   * something. A blank display is one space: some phones refuse a text of nothing.
   */
  get message(): string {
    return this.rows.map((row) => row.trimEnd()).join("\r\n").trimEnd() || " ";
  }
}
