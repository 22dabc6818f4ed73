/**
 * A JSON file that an operator writes, in whichever editor, with comments if they like.
 *
 * @module
 */
import stripJsonComments from "strip-json-comments";
import { wordsOf } from "../../core/contract/errors.ts";
import { inexactIn, parseJson } from "../../core/contract/exact_json.ts";
import { Misuse } from "../exit.ts";
import { readSmallFile } from "../small_file.ts";

/** What word processors and web pages put where JSON has plain characters; to the eye it is the same. */
const LOOKALIKES: readonly { readonly like: RegExp; readonly what: string; readonly right: string }[] = [
  {
    like: /[\u00AB\u00BB\u2018-\u201F\u2032-\u2037\u2039\u203A\uFF02\uFF07]/,
    what: "a typographic quote",
    right: 'a plain "',
  },
  { like: /[\u200B-\u200D\u2060\uFEFF]/, what: "an invisible character", right: "nothing" },
  { like: /[^\S \t\r\n]/, what: "a no-break space, or another blank,", right: "a plain one" },
  { like: /[\uFF0C\uFF1A\uFF3B\uFF3D\uFF5B\uFF5D]/, what: "a full-width sign", right: "the plain one" },
];

/** A text in quotes, or whatever is none: look-alikes are at home in texts. */
const PIECES = /"(?:[^"\\\n]|\\.)*"|[^"]|"/gu;

/**
 * Reads a JSON file of at most 1 MiB; a byte order mark before it, comments in it and commas behind the last of several
 * are passed over.
 *
 * @throws {Misuse} If it cannot be read, is no JSON, or has a number that would be changed; the message names the place.
 */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    // With blanks in their place, so that whatever is wrong is where it is said to be.
    text = stripJsonComments((await readSmallFile(path)).replace(/^\uFEFF/, ""), { trailingCommas: true });
  } catch (error) {
    throw new Misuse(`Cannot read the configuration ${path}: ${wordsOf(error)}`);
  }
  let value: unknown;
  let fault: string | undefined;
  try {
    value = parseJson(text);
    fault = inexactIn(value, "it");
  } catch (error) {
    if (error instanceof RangeError) throw new Misuse(`The configuration ${path} is nested too deeply`);
    throw new Misuse(`The configuration ${path} is not JSON: ${knownFaultIn(text) ?? faultIn(text, wordsOf(error))}`);
  }
  if (fault !== undefined) throw new Misuse(`The configuration ${path} is not valid: ${fault}`);
  return value;
}

/** The engine's words that quote what stands around a fault, which may be somebody's secret. */
const QUOTES = /^Unexpected token /;

/** The engine's words that say no place. */
const ENDS = /^Unexpected end of JSON input/;

/** What is wrong with a text, with the place, in the engine's words for it unless they quote it: then in ours. */
function faultIn(text: string, words: string): string {
  if (ENDS.test(words)) return `it ends too soon, at ${placeIn(text, text.trimEnd().length)}`;
  if (!QUOTES.test(words)) return words;
  // Up to the fault a text is only not finished: how long that part is, is found by halves.
  let [sound, faulty] = [0, text.length];
  while (faulty - sound > 1) {
    const middle = (sound + faulty) >> 1;
    if (QUOTES.test(faultOf(text.slice(0, middle)))) faulty = middle;
    else sound = middle;
  }
  return `${placeIn(text, sound)} has a character that JSON does not have there`;
}

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return wordsOf(error);
  }
}

function placeIn(text: string, index: number): string {
  const lines = text.slice(0, index).split("\n");
  return `line ${lines.length} column ${[...lines.at(-1) ?? ""].length + 1}`;
}

/**
 * The first look-alike that stands where JSON has none, or a comment that is still there, in words and with its place;
 * undefined without one.
 */
function knownFaultIn(text: string): string | undefined {
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    if (piece === "/" && text.startsWith("/*", index)) {
      return `${placeIn(text, index)} begins a comment that does not end`;
    }
    const found = LOOKALIKES.find(({ like }) => piece.length === 1 && like.test(piece));
    if (found === undefined) continue;
    const code = piece.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `${placeIn(text, index)} has ${found.what} (U+${code}) where JSON has ${found.right}`;
  }
  return undefined;
}
