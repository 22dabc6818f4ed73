/**
 * Which command a command line calls, before anything else of it is read.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { Misuse } from "../../program/mod.ts";
import { type Command, COMMON_OPTIONS } from "./command.ts";
import { orNearest } from "./nearest.ts";

/** What a command line is for: to run a command, to help with some, or to tell the version. */
export type Invocation =
  | { readonly kind: "run"; readonly command: Command }
  | { readonly kind: "help"; readonly of: readonly Command[] }
  | { readonly kind: "version" };

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * How long an argument can be that is short options in one: the parser takes a time that grows with the square of their
 * number.
 */
const LONGEST_GROUP = 64;

/**
 * Finds out what a command line is for. Options may stand before, between and after a command's words.
 *
 * @throws {Misuse} If there is no such command; the message names the nearest one, or those that begin so.
 */
export function readArguments(args: readonly string[], commands: readonly Command[]): Invocation {
  const options = allOptions(commands);
  requireReadable(args, options);
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
  });
  if (values["version"]) return { kind: "version" };
  const command = commands.find(({ words }) => begins(positionals, words));
  if (command) return values["help"] ? { kind: "help", of: [command] } : { kind: "run", command };
  const among = group(positionals, commands);
  if (values["help"] && positionals.length <= (among === commands ? 0 : 1)) return { kind: "help", of: among };
  throw new Misuse(wrong(positionals, commands));
}

/** Refuses what the parser would take too long for. */
function requireReadable(args: readonly string[], options: Options): void {
  // Behind an option that takes a value, `--` is that.
  const end = args.findIndex((arg, at) => arg === "--" && options[args[at - 1]?.slice(2) ?? ""]?.type !== "string");
  const before = end < 0 ? args : args.slice(0, end);
  const long = before.find((arg) => /^-[^-]/.test(arg) && arg.length > LONGEST_GROUP);
  if (long !== undefined) throw new Misuse(`There is no option ${long.slice(0, LONGEST_GROUP)}…`);
}

/**
 * Every option of every command: one of a name is like another, so that values are told from words before the command
 * is known.
 */
function allOptions(commands: readonly Command[]): Options {
  const options = commands.map((command) => command.options);
  return Object.assign({ version: { type: "boolean" } }, COMMON_OPTIONS, ...options);
}

function begins(positionals: readonly string[], words: string): boolean {
  return words.split(" ").every((word, index) => positionals[index] === word);
}

/** The commands that begin with a word, all if none does. */
function group([first]: readonly string[], commands: readonly Command[]): readonly Command[] {
  const found = commands.filter(({ words }) => words.split(" ")[0] === first);
  return found.length > 0 ? found : commands;
}

function wrong(positionals: readonly string[], commands: readonly Command[]): string {
  const [first, second] = positionals;
  if (first === undefined) return "A command is missing: try serve, or --help";
  const among = group(positionals, commands);
  const next = among.map(({ words }) => words.split(" ")[1] ?? "");
  if (among === commands) {
    const names = [...new Set(commands.map(({ words }) => words.split(" ")[0] ?? ""))];
    return `There is no command ${first}${orNearest(first, { among: names }) || ": try --help"}`;
  }
  if (second === undefined) return `The command ${first} is not complete: it must be followed by ${next.join(" or ")}`;
  return `There is no command ${first} ${second}: ${first} must be followed by ${next.join(" or ")}`;
}
