/**
 * The command line: which command is asked for, before anything of it is read.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { Misuse } from "../misuse.ts";
import { type Command, COMMON_OPTIONS } from "./command.ts";
import { orNearest } from "./nearest.ts";

/** What is asked for. */
export type Asked =
  | { readonly kind: "run"; readonly command: Command }
  | { readonly kind: "help"; readonly of: readonly Command[] }
  | { readonly kind: "version" };

/**
 * Finds out what is asked for. Options may stand before, between and after a command's words.
 *
 * @throws {Misuse} If there is no such command; the message names the nearest one, or those that begin so.
 */
export function readArguments(args: readonly string[], commands: readonly Command[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: allOptions(commands),
    allowPositionals: true,
    strict: false,
  });
  if (values["version"]) return { kind: "version" };
  const command = commands.find(({ words }) => begins(positionals, words));
  if (values["help"]) return { kind: "help", of: command ? [command] : group(positionals, commands) };
  if (command) return { kind: "run", command };
  throw new Misuse(wrong(positionals, commands));
}

/** Every option of every command: one of a name is like another, so that values are told from words before the command is known. */
function allOptions(commands: readonly Command[]): NonNullable<ParseArgsConfig["options"]> {
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
  if (among.length === commands.length) {
    const names = [...new Set(commands.map(({ words }) => words.split(" ")[0] ?? ""))];
    return `There is no command ${first}${orNearest(first, { among: names }) || ": try --help"}`;
  }
  if (second === undefined) return `The command ${first} is not complete: it must be followed by ${next.join(" or ")}`;
  return `There is no command ${first} ${second}: ${first} must be followed by ${next.join(" or ")}`;
}
