/**
 * Files of checkpoints as somebody kept them: one a line, and where the power was cut a piece of one.
 *
 * @module
 */
import type { Signed, VerifySignature } from "../checkpoints/mod.ts";
import { wordsOf } from "../core/contract/errors.ts";
import type { KeptCheckpoint } from "../core/contract/history.ts";
import { keysOf } from "../core/contract/keys.ts";
import { printable } from "../core/contract/text.ts";
import { Misuse } from "../program/mod.ts";
import { paint, print, printAside } from "./output.ts";

/** Bytes of a file of checkpoints, at most: signed and stamped, some thousand of them; bare, a hundred thousand. */
const MOST_BYTES = 33_554_432;

/** What a file holds. */
export interface KeptFile {
  readonly path: string;
  readonly checkpoints: readonly [KeptCheckpoint, ...KeptCheckpoint[]];
  /** The lines that are pieces of one: nothing is known of what they said. */
  readonly torn: readonly number[];
  /** How the others stand to the key that was asked for, by their lines. */
  readonly signed: ReadonlyMap<Signed, readonly number[]>;
}

/**
 * Reads a file of checkpoints.
 *
 * @param options.verify Is asked of each; none is looked at for its signature if left out.
 * @throws {Misuse} If it holds none, or something else.
 */
export async function readKept(
  path: string,
  { verify }: { verify?: VerifySignature | undefined } = {},
): Promise<KeptFile> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes, at most ${MOST_BYTES} are read`);
    const text = await Deno.readTextFile(path);
    const checkpoints: KeptCheckpoint[] = [];
    const torn: number[] = [];
    const signed = new Map<Signed, number[]>();
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const number = index + 1;
      const fields = fieldsOf(line, `line ${number}`);
      if (fields === undefined) torn.push(number);
      else {
        checkpoints.push(checkpointOf(fields, `line ${number}`));
        const how = verify?.(fields);
        if (how) signed.set(how, signed.get(how) ?? []).get(how)?.push(number);
      }
    }
    const [first, ...others] = checkpoints;
    if (first === undefined) {
      throw new TypeError(torn.length === 0 ? "there is none in it" : "there is no whole one in it");
    }
    return { path, checkpoints: [first, ...others], torn, signed };
  } catch (error) {
    throw new Misuse(
      `Cannot use the checkpoints of ${path}: ${wordsOf(error)}. Each line must be as history checkpoint prints it`,
    );
  }
}

/** The newest of them. */
export function newestOf([first, ...others]: KeptFile["checkpoints"]): KeptCheckpoint {
  return others.reduce((newest, one) => one.block > newest.block ? one : newest, first);
}

/** Whether every checkpoint of a file could be read, and is signed where that was asked for. */
export function isSound({ torn, signed }: KeptFile): boolean {
  return torn.length === 0 && [...signed.keys()].every((how) => how === "signed");
}

/** A file of checkpoints for scripts: the lines that are torn, and how many are signed and which are not. */
export function shownFile({ path, checkpoints, torn, signed }: KeptFile) {
  const { signed: right = [], ...others } = Object.fromEntries(signed);
  return {
    file: path,
    read: checkpoints.length,
    ...(torn.length > 0 && { torn }),
    ...(signed.size > 0 && { signed: right.length, ...others }),
  };
}

/** Lines that are named of a file, at most. */
const MOST_LINES = 8;

const NOT_SIGNED = {
  unsigned: "not signed at all",
  otherKey: "signed with another key",
  wrong: "not signed as they stand there: what they say or their signature was changed",
} as const;

/** Says to people what of a file of checkpoints cannot be relied upon. */
export function tellFile({ path, torn, signed }: KeptFile, { key }: { key: string | undefined }): void {
  if (torn.length > 0) {
    const words =
      `${linesOf(torn)} of ${path} ${torn.length === 1 ? "is" : "are"} torn and no checkpoint: nothing is ` +
      "known of what was said there, and what the others prove holds";
    print(paint("red", printable(words)));
  }
  const right = signed.get("signed")?.length ?? 0;
  if (right > 0) printAside(`Signed with the key of ${key}: ${right} of ${path}`);
  for (const how of keysOf(NOT_SIGNED)) {
    const lines = signed.get(how);
    if (lines === undefined) continue;
    const words = `${linesOf(lines)} of ${path} ${lines.length === 1 ? "is" : "are"} ${NOT_SIGNED[how]}`;
    print(paint("red", printable(words)));
  }
}

function linesOf(lines: readonly number[]): string {
  const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : "";
  return `${lines.length === 1 ? "Line" : "Lines"} ${lines.slice(0, MOST_LINES).join(", ")}${more}`;
}

function checkpointOf({ block, hash, historyId }: Record<string, unknown>, place: string): KeptCheckpoint {
  if (!Number.isSafeInteger(block) || Number(block) < 0) {
    throw new TypeError(`block of ${place} is no number of a block`);
  }
  if (!isHex(hash, 64)) throw new TypeError(`hash of ${place} is not 64 lower-case hex digits`);
  if (historyId === undefined) return { block: Number(block), hash };
  if (!isHex(historyId, 32)) throw new TypeError(`historyId of ${place} is not 32 lower-case hex digits`);
  return { block: Number(block), hash, historyId };
}

/** What stands in a line; undefined of one that is torn. */
function fieldsOf(line: string, place: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    if (TORN.test(line)) return undefined;
    throw new TypeError(`${place} is no JSON`);
  }
}

/** What a power cut leaves of a line: its beginning, or the zeros of a disk that was not written. */
const TORN = /^\{|\0/;

function isHex(value: unknown, digits: number): value is string {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value);
}
