/**
 * What a command is: one row of the table that the command line is read by, that `--help` prints and that completion is
 * made from.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { wordsOf } from "../../core/contract/errors.ts";
import { Misuse } from "../../program/mod.ts";
import { orNearest } from "./nearest.ts";

/** Something that is given by its place after the command's words. */
export interface Parameter {
  /** As help writes it: `PHONE`. */
  readonly value: string;
  /** What it is. */
  readonly says: string;
  /** All that can be given. */
  readonly choices?: readonly string[];
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Whether it takes all that is left, none included; the last one only. */
  readonly rest?: boolean;
  /** What can be given here, by the choice that was made for the first parameter. */
  readonly keys?: Readonly<Record<string, readonly Key[]>>;
}

/** A value that is given by its name and place: `mode=steady`. */
export interface Key {
  readonly name: string;
  /** The value as help writes it: `NAME`. */
  readonly value: string;
  /** All values that it has names for. */
  readonly choices?: readonly string[];
  readonly optional: boolean;
}

/** Something that is given by its name: `--limit N`. */
export interface Option {
  /** Whether a value follows it. */
  readonly type: "string" | "boolean";
  /** The value as help writes it: `FILE`. */
  readonly value?: string;
  /** What it does. */
  readonly says: string;
  /** Another name of one letter. */
  readonly short?: string;
  /** All values that can be given. */
  readonly choices?: readonly string[];
  /** Whether it can be given several times, or several values at once that commas part. */
  readonly multiple?: boolean;
  /** Whether its value is a path. */
  readonly path?: boolean;
}

/** One of the values that can be given, where these are listed. */
type Choice<Of extends { readonly choices?: readonly string[] }> = Of extends
  { readonly choices: readonly (infer Name extends string)[] } ? Name : string;

type GivenParameter<Of extends Parameter> = Of["rest"] extends true ? string[]
  : Of["optional"] extends true ? Choice<Of> | undefined
  : Choice<Of>;

type GivenOption<Of extends Option> = Of["type"] extends "boolean" ? boolean
  : Of["multiple"] extends true ? Choice<Of>[]
  : Choice<Of>;

/** What a command is given: its parameters and options, by their names. */
export type Given<Parameters extends Record<string, Parameter>, Options extends Record<string, Option>> =
  & { [Name in keyof Parameters]: GivenParameter<Parameters[Name]> }
  & { [Name in keyof Options]?: GivenOption<Options[Name]> | undefined };

/** What is known of a command without running it. */
interface Description<Parameters, Options> {
  /** How it is called: `token create`. */
  readonly words: string;
  /** What it does, in one line. */
  readonly says: string;
  /** What is to be known beyond that, in sentences. */
  readonly more?: string;
  /** By name, in the order of their places. */
  readonly parameters: Parameters;
  /** By name. */
  readonly options: Options;
  /** Calls to copy, each without the words that start the command line. */
  readonly examples: readonly string[];
}

/** A command, ready to be run. */
export interface Command extends Description<Record<string, Parameter>, Record<string, Option>> {
  /**
   * Reads what follows its words, and runs it.
   *
   * @returns What the process exits with.
   * @throws {Misuse} If something is missing, not known or not valid.
   */
  run(args: readonly string[]): Promise<number>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  help: { type: "boolean", short: "h", says: "say what this command does" },
};

/** For scripts. */
export const JSON_OPTION = { type: "boolean", says: "print JSON, one object a line" } as const satisfies Option;

/** For people with wide terminals. */
export const WIDE_OPTION = { type: "boolean", says: "show every column, whole" } as const satisfies Option;

/**
 * Makes a command. Its `run` is given what was said by name, checked.
 *
 * @example
 * ```ts
 * import { command } from "./command.ts";
 * import { equal } from "node:assert/strict";
 *
 * const echo = command({
 *   words: "echo",
 *   says: "Prints a word",
 *   parameters: { word: { value: "WORD", says: "what to print" } },
 *   options: { times: { type: "string", value: "N", says: "how often" } },
 *   examples: [],
 *   run: ({ word, times = "1" }) => Promise.resolve(word.repeat(Number(times)).length),
 * });
 * equal(await echo.run(["echo", "ha", "--times", "2"]), 4);
 * ```
 */
export function command<
  const Parameters extends Record<string, Parameter>,
  const Options extends Record<string, Option>,
>(
  description: Description<Parameters, Options> & { run(given: Given<Parameters, Options>): Promise<number> },
): Command {
  return {
    ...description,
    run: (args) => description.run(read(args, description) as Given<Parameters, Options>),
  };
}

/** What was given, by name. */
function read(
  args: readonly string[],
  { words, parameters, options }: Description<Record<string, Parameter>, Record<string, Option>>,
): Record<string, unknown> {
  const known = { ...options, ...COMMON_OPTIONS };
  const { values, positionals } = parse(args, { words, options: known });
  const named: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(known)) {
    const value = values[name];
    if (value !== undefined) named[name] = valueOf(value, { name: `--${name}`, option });
  }
  const left = positionals.slice(words.split(" ").length);
  const placed: Record<string, unknown> = {};
  for (const [name, { value, choices, optional, rest }] of Object.entries(parameters)) {
    const [first] = left;
    if (rest) placed[name] = left.splice(0);
    else if (first !== undefined) {
      checkChoice(first, { name: value, choices });
      placed[name] = left.shift();
    } else if (!optional) throw new Misuse(`${words} needs ${value}: try ${words} --help`);
  }
  const [extra] = left;
  if (extra === undefined) return { ...named, ...placed };
  throw new Misuse(`${words} cannot take ${JSON.stringify(extra)} as well: try ${words} --help`);
}

type Value = string | boolean;

/** The value of an option as its command takes it. */
function valueOf(value: Value | Value[], { name, option }: { name: string; option: Option }): Value | Value[] {
  if (Array.isArray(value)) {
    return value.flatMap((each) => String(each).split(",")).map((each) => checked(each, { name, option }));
  }
  return typeof value === "string" ? checked(value, { name, option }) : value;
}

function checked(value: string, { name, option }: { name: string; option: Option }): string {
  checkChoice(value, { name, choices: option.choices });
  return option.path ? resolve(value) : value;
}

function parse(args: readonly string[], { words, options }: Pick<Command, "words" | "options">) {
  checkOptions(args, { words, options });
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Misuse(wordsOf(error).replaceAll(/\s*\n\s*/g, " "));
  }
}

/** Refuses options that are not known or lack their value, in better words than the parser's. */
function checkOptions(args: readonly string[], { words, options }: Pick<Command, "words" | "options">): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const help = `: try ${words} --help`;
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (known === undefined) {
      const nearest = orNearest(token.name, { among: Object.keys(options), before: "--" });
      throw new Misuse(`${words} has no option ${token.rawName}${nearest || help}`);
    }
    if (known.value !== undefined && token.value === undefined) {
      throw new Misuse(`${token.rawName} needs ${known.value}${help}`);
    }
  }
}

function checkChoice(value: string, { name, choices }: { name: string; choices: readonly string[] | undefined }): void {
  if (choices === undefined || choices.includes(value)) return;
  throw new Misuse(`${name} cannot be ${JSON.stringify(value)}: it must be one of ${choices.join(" ")}`);
}
