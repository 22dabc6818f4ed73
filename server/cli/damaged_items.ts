/**
 * How many items of an export are damaged, counted as its bytes go by.
 *
 * @module
 */
import type { ExportFormat } from "../core/contract/history.ts";

/** Counts in one export. */
export class DamagedItems {
  readonly #isDamaged: (line: string) => boolean;
  readonly #reading = new TextDecoder();
  #rest = "";
  #count = 0;

  constructor(format: ExportFormat) {
    this.#isDamaged = format === "csv" ? endsDamagedRow() : isDamagedLine;
  }

  get count(): number {
    return this.#count;
  }

  /** The next bytes. */
  pass(piece: Uint8Array): void {
    const lines = (this.#rest + this.#reading.decode(piece, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) if (this.#isDamaged(line)) this.#count++;
  }
}

function isDamagedLine(line: string): boolean {
  // Somebody's own words may look the same.
  return line.includes('"damaged":') && Object.hasOwn(JSON.parse(line), "damaged");
}

/** Whether a line ends a row with something in its last column, which says what is damaged. A text may hold lines too. */
function endsDamagedRow(): (line: string) => boolean {
  let isInText = false;
  return (line) => {
    if (line.split('"').length % 2 === 0) isInText = !isInText;
    return !isInText && line.endsWith('"\r');
  };
}
