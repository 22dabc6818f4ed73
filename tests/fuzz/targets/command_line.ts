/**
 * Arguments of the command line, up to where a command would be run.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { COMMANDS } from "../../../server/cli/mod.ts";
import { readArguments } from "../../../server/cli/parsing/arguments.ts";
import { type Command, command } from "../../../server/cli/parsing/command.ts";
import { help } from "../../../server/cli/help.ts";
import { Misuse } from "../../../server/program/exit.ts";
import corpus from "../corpus/command_line.json" with { type: "json" };
import { fragment, nearly } from "../inputs/texts.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";

/** The commands that there are, which do nothing. */
const IDLE: readonly Command[] = COMMANDS.map((known) => command({ ...known, run: () => Promise.resolve(0) }));

const OPTIONS = [...new Set(COMMANDS.flatMap(({ options }) => Object.keys(options)))].map((name) => `--${name}`);
const WORDS = COMMANDS.map(({ words }) => words.split(" "));
const EXAMPLES = COMMANDS.flatMap(({ examples }) => examples.map((example) => example.split(" ")));

const argument = fc.oneof(
  {
    weight: 3,
    arbitrary: nearly([...OPTIONS, ...WORDS.flat(), "--help", "-h", "--version", "--", "-", "--json=1"], 1),
  },
  { weight: 1, arbitrary: fragment.map((text) => text.slice(0, 200)) },
);

/** See the module. */
export const commandLine: Target<string[]> = {
  name: "command_line",
  share: 16,
  noise: HEAP_NOISE,
  corpus,
  inputs: fc.oneof(
    fc.tuple(fc.constantFrom(...EXAMPLES, ...WORDS), fc.nat(6), fc.array(argument, { maxLength: 3 })).map(
      ([known, at, more]) => known.toSpliced(at, 0, ...more),
    ),
    fc.array(argument, { maxLength: 6 }),
  ),
  open: () => Promise.resolve(new CommandLineSubject()),
};

class CommandLineSubject implements Subject<string[]> {
  async attempt(args: string[]): Promise<void> {
    try {
      const asked = readArguments(args, IDLE);
      if (asked.kind === "run") equal(await asked.command.run(args), 0);
      if (asked.kind === "help") ok(help(asked.of).length > 0);
    } catch (error) {
      // What is quoted in its words is made printable where it is printed.
      if (!(error instanceof Misuse)) throw error;
    }
  }

  goOn(): Promise<void> {
    return this.attempt(["serve", "--safe"]);
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
