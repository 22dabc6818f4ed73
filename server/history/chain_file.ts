/**
 * An export of the chain, proven without the history that it is of (docs/history-format.md).
 *
 * @module
 */
import type { Check, Verdict } from "../core/contract/history.ts";
import {
  blockHash,
  blockHash1,
  type BlockHead,
  type Cell,
  HISTORY_FORMAT,
  Kept,
  lineHash,
  Mismatch,
  NO_HASH,
} from "./chain/mod.ts";
import { HistoryError } from "./contract/store.ts";
import { CHAIN_EXPORT, type ChainLine, type Opening } from "./reading/mod.ts";

/** What an export proves. */
export interface ChainVerdict extends Verdict {
  /** How many of the rows stand there by their hashes alone. */
  hidden: number;
  /** How many rows are in blocks of format 1 that are not given whole: neither they nor what is left out is proven. */
  unproven: number;
  /**
   * How many of the rows that are shown are not proven, for they stand in such a block, or before it and behind the last
   * checkpoint: with one of them it is not `ok`. The first row is not counted, whose id is held against the checkpoints.
   */
  doubtful: number;
  /** What the export says was asked for, which no hash covers; null if nothing was left out. */
  filter: Opening["filter"];
}

/** A block that is being read. */
interface Block {
  readonly head: BlockHead;
  readonly previous: string;
  readonly hash: string;
  /** What its hash is over: the hashes of its rows, or in format 1 their lines. */
  readonly lines: string[];
  /** The next row. */
  seq: number;
  /** How many rows stand there by their hashes, and how many do not stand there at all. */
  hidden: number;
  left: number;
}

/** Bytes of a first line, at most. */
const OPENING_BYTES = 65_536;

/** Cells of a block's line: its head, and the hash of the block before. */
const HEAD_CELLS = 7;

/** Bytes between two tellings of the progress. */
const SLICE_BYTES = 1_048_576;

/** Characters of a line, at most: what has longer ones is something else, and must not fill the memory. */
const LONGEST = 16_777_216;

/** The first line of a file, if it is that of an export of the chain. */
export async function openingOf(path: string): Promise<Opening | undefined> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(OPENING_BYTES);
  const [line = ""] = new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0)).split("\n");
  return readOpening(line);
}

function readOpening(line: string): Opening | undefined {
  try {
    const value = JSON.parse(line) as Partial<Opening> | null;
    const isOne = typeof value?.chain === "number" && typeof value.historyId === "string" &&
      typeof value.upTo?.block === "number" && typeof value.upTo.hash === "string";
    return isOne ? value as Opening : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Proves an export: reads it once, and holds no more of it than a block.
 *
 * @throws {HistoryError} If it is none, or of a form that is not known. What Deno says if it cannot be read.
 */
export async function verifyChainFile(path: string, check: Check): Promise<ChainVerdict> {
  const walk = new ExportWalk(check);
  const { size } = await Deno.stat(path);
  let [read, told] = [0, 0];
  try {
    for await (const line of linesOf(path)) {
      check.signal.throwIfAborted();
      walk.take(line);
      read += line.length + 1;
      if (read - told < SLICE_BYTES) continue;
      told = read;
      check.onProgress?.({ rows: walk.rows, of: Math.round(walk.rows * size / read) });
    }
    return walk.end();
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return walk.fail(error);
  }
}

const NONE = { hidden: 0, unproven: 0, doubtful: 0, filter: null } as const;

/** Goes through an export, line by line. */
class ExportWalk {
  readonly #kept: Kept;
  readonly #from: Check["from"];
  readonly #verdict: ChainVerdict;
  #opening: Opening | undefined;
  #block: Block | undefined;
  #next = 0;
  #seq = 0;
  #previous = NO_HASH;
  #format = 1;
  /** Shown rows that hang by the hashes of what is still to come. */
  #hanging = 0;

  constructor({ kept = [], from }: Check) {
    this.#kept = new Kept(from ? [...kept, from] : kept);
    this.#from = from;
    this.#verdict = { ok: false, ...(from && { from: from.block }), blocks: 0, records: 0, ...NONE };
  }

  /** How many rows were come by. */
  get rows(): number {
    return this.#seq;
  }

  /** Looks at the next line. @throws {Mismatch} If it is not as the chain says. */
  take(text: string): void {
    if (this.#opening === undefined) return this.#open(text);
    const line = readLine(text);
    if ("damaged" in line) throw new Mismatch(line.damaged, { row: this.#block?.seq ?? 0 });
    if ("block" in line) {
      this.#close();
      return this.#begin(line);
    }
    const block = this.#block;
    if (block === undefined) throw new Mismatch("a row stands before the first block");
    if ("row" in line) this.#row(block, line);
    else this.#leave(block, line);
  }

  #leave(block: Block, line: Extract<ChainLine, { hashes: unknown } | { left: unknown }>): void {
    const { seq, head } = block;
    if (seq === 0) throw new Mismatch("the first row, which names the history, is left out", { row: seq });
    if (Object.keys(this.#opening?.filter ?? {}).length === 0) {
      throw new Mismatch(`row ${seq} is left out, and there is no filter`, { row: seq });
    }
    if ("left" in line !== (head.format === 1)) throw new Mismatch("it is not given whole");
    if ("hashes" in line) {
      block.lines.push(...line.hashes);
      block.hidden += line.hashes.length;
      block.seq += line.hashes.length;
    } else {
      block.left += line.left;
      block.seq += line.left;
    }
  }

  /** What is found at the end. @throws {Mismatch} If it is not the end that the first line says. */
  end(): ChainVerdict {
    this.#close();
    if (this.#opening === undefined) throw notOne();
    const { block, hash } = this.#opening.upTo;
    if (this.#next !== block + 1 || this.#previous !== hash) {
      throw new Mismatch(`the export ends before block ${block}, up to which it was made`);
    }
    if (this.#from && this.#from.block > block) throw new Mismatch(`the export ends with block ${block}`);
    this.#kept.requireNoneFrom(this.#next);
    this.#verdict.ok = this.#verdict.doubtful === 0;
    return this.#verdict;
  }

  /** What is found at a fault. */
  fail({ message, row }: Mismatch): ChainVerdict {
    this.#verdict.firstBad = {
      block: this.#block?.head.number ?? this.#next,
      ...(row !== undefined && { row }),
      problem: message,
    };
    return this.#verdict;
  }

  #open(text: string): void {
    const opening = this.#opening = readOpening(text);
    if (opening === undefined) throw notOne();
    if (opening.chain === CHAIN_EXPORT) {
      this.#verdict.filter = opening.filter;
      return this.#kept.requireHistory(opening.historyId);
    }
    throw new HistoryError(`The export has the form ${opening.chain}, which is not known: it must be ${CHAIN_EXPORT}`, {
      exitCode: 2,
    });
  }

  #begin({ block: cells, hash }: Extract<ChainLine, { block: unknown }>): void {
    const [number, firstSeq, lastSeq, at, format, lowestOpen, previous] = cells;
    const head = { number, firstSeq, lastSeq, at, format, lowestOpen } as BlockHead;
    if (head.number !== this.#next) throw new Mismatch("the block is missing");
    if (head.firstSeq !== this.#seq || head.lastSeq < head.firstSeq) {
      throw new Mismatch(`the block covers rows ${firstSeq} to ${lastSeq}; it must begin with ${this.#seq}`);
    }
    if (head.format < this.#format) throw new Mismatch(`it has format ${head.format} behind ${this.#format}`);
    if (previous !== this.#previous) throw new Mismatch("it does not name the hash of the block before");
    this.#block = { head, previous: this.#previous, hash, lines: [], seq: head.firstSeq, hidden: 0, left: 0 };
  }

  #row(block: Block, { row, content }: Extract<ChainLine, { row: unknown }>): void {
    const { seq, head } = block;
    if (row[0] !== seq) throw new Mismatch(`row ${seq} is missing`, { row: seq });
    if (seq === 0 && (row[1] !== "origin" || row[3] !== this.#opening?.historyId)) {
      throw new Mismatch(`the history is ${row[3]}; the first line says ${this.#opening?.historyId}`, { row: seq });
    }
    const isWhole = content === undefined
      ? head.format === 1 || isSalt(row.at(-1))
      : head.format !== 1 && row.at(-1) === lineHash(content);
    if (!isWhole) throw new Mismatch(`row ${seq} is not the one that was written`, { row: seq });
    block.lines.push(head.format === 1 ? JSON.stringify(row) : lineHash(row));
    block.seq++;
  }

  /** Ends the block that was read: derives its hash. */
  #close(): void {
    const block = this.#block;
    if (block === undefined) return;
    const { head, hash, lines, seq, left, hidden } = block;
    if (seq !== head.lastSeq + 1) {
      throw new Mismatch(`it covers rows up to ${head.lastSeq}; those up to ${seq - 1} are there`);
    }
    const isBehind = this.#from === undefined || head.number > this.#from.block;
    if (isBehind && left === 0) requireHash(block);
    const isKept = this.#kept.require(head.number, hash);
    if (isBehind) {
      this.#verdict.blocks++;
      this.#verdict.records += lines.length + left;
      this.#verdict.hidden += hidden;
      this.#hanging += lines.length - hidden - (head.number === 0 ? 1 : 0);
      if (left > 0) {
        this.#verdict.unproven += lines.length + left;
        this.#verdict.doubtful += this.#hanging;
      }
      if (left > 0 || isKept) this.#hanging = 0;
    }
    this.#block = undefined;
    this.#previous = hash;
    this.#next = head.number + 1;
    this.#format = head.format;
    this.#seq = head.lastSeq + 1;
  }
}

function requireHash({ head, previous, hash, lines }: Block): void {
  if (head.format !== 1 && head.format !== HISTORY_FORMAT) {
    throw new Mismatch(`the block has format ${head.format}, which is not known`);
  }
  const derived = head.format === 1
    ? blockHash1(head, { previous, lines })
    : blockHash(head, { previous, rows: lines });
  if (derived !== hash) throw new Mismatch(`its hash is ${hash}; its rows and the block before give ${derived}`);
}

function isSalt(cell: unknown): boolean {
  return typeof cell === "string" && /^[0-9a-f]{32}$/.test(cell);
}

function readLine(text: string): ChainLine {
  try {
    const line: unknown = JSON.parse(text);
    // As it is written: what another reader might read otherwise, such as a key that is there twice, proves nothing.
    if (isLine(line) && JSON.stringify(line) === text) return line;
  } catch {
    // Said below.
  }
  throw new Mismatch("a line is none of an export of the chain");
}

function isLine(line: unknown): line is ChainLine {
  if (typeof line !== "object" || line === null) return false;
  const { block, hash, row, content, hashes, left, damaged } = line as Record<string, unknown>;
  switch (Object.keys(line).sort().join()) {
    case "block,hash":
      return isCells(block) && block.length === HEAD_CELLS && typeof block.at(-1) === "string" &&
        block.slice(0, -1).every(Number.isSafeInteger) && typeof hash === "string";
    case "row":
      return isCells(row);
    case "content,row":
      return isCells(row) && isCells(content);
    case "hashes":
      return Array.isArray(hashes) && hashes.every((one) => /^[0-9a-f]{64}$/.test(String(one)));
    case "left":
      return Number.isSafeInteger(left) && Number(left) > 0;
    case "damaged":
    case "damaged,hash":
      return typeof damaged === "string";
    default:
      return false;
  }
}

function isCells(value: unknown): value is Cell[] {
  return Array.isArray(value) &&
    value.every((cell) => cell === null || typeof cell === "string" || Number.isSafeInteger(cell));
}

function notOne(): HistoryError {
  return new HistoryError("This is no export of the chain: its first line is another", { exitCode: 2 });
}

/** The lines of a file: text that is no UTF-8 is read as none that was written. */
async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  using file = await Deno.open(path);
  let rest = "";
  const reader = file.readable.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const lines = (rest + piece.value).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST) throw notOne();
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    await reader.cancel();
  }
}
