/**
 * What `--help` prints, made from the commands' own descriptions.
 *
 * @module
 */
import { type Command, COMMON_OPTIONS, type Key, type Option, type Parameter } from "./parsing/command.ts";

/** How the command line is started. */
export const PROGRAM = "switchroom";

/** Help for one command, or a list of several. */
export function help(commands: readonly Command[]): string {
  const [command, another] = commands;
  return command !== undefined && another === undefined ? oneCommand(command) : overview(commands);
}

function overview(commands: readonly Command[]): string {
  return [
    "Switchroom, a telephony server for phone devices.",
    "",
    ...columns(commands.map((command) => [usage(command), command.says])),
    "",
    `${PROGRAM} COMMAND --help says more about one; --version prints the version.`,
    "Exit codes: 0 done, 1 what was asked for failed, 2 wrong use, 57 a history newer",
    "than this build, 70 our own fault.",
  ].join("\n");
}

function oneCommand(command: Command): string {
  const { says, more, parameters, examples } = command;
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  return [
    `${PROGRAM} ${usage(command)}`,
    "",
    ...wrap(`${says}.`, WIDTH),
    ...(more === undefined ? [] : wrap(more, WIDTH)),
    "",
    ...columns([
      ...Object.values(parameters).map((parameter) => [parameter.value, withChoices(parameter)] as const),
      ...options.map(([name, option]) => [optionUsage(name, option), withChoices(option)] as const),
    ]),
    ...Object.values(parameters).flatMap(({ keys }) => keys === undefined ? [] : ["", ...keysOfEach(keys)]),
    ...(examples.length === 0 ? [] : ["", ...examples.map((example) => `  ${PROGRAM} ${example}`)]),
  ].join("\n");
}

/** A command as it is written, without its options. */
export function usage({ words, parameters }: Command): string {
  return [words, ...Object.values(parameters).map(parameterUsage)].join(" ");
}

function parameterUsage({ value, optional, rest }: Parameter): string {
  return rest ? `[${value} …]` : optional ? `[${value}]` : value;
}

/** An option as it is written. */
export function optionUsage(name: string, { short, value, multiple }: Option): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}${
    multiple ? " …" : ""
  }`;
}

/** The keys of each choice, one a line. */
function keysOfEach(keys: NonNullable<Parameter["keys"]>): string[] {
  return columns(
    Object.entries(keys).flatMap(([choice, each]) =>
      each.map((key, index) => [index === 0 ? choice : "", keyUsage(key)] as const)
    ),
  );
}

/** A key as it is written. */
export function keyUsage({ name, value, choices, optional }: Key): string {
  const usage = `${name}=${value}`;
  return `${optional ? `[${usage}]` : usage}${choices === undefined ? "" : `: ${choices.join(" ")}`}`;
}

/** What something is, with all that can be given. */
export function withChoices({ says, choices }: Parameter | Option): string {
  return choices === undefined ? says : `${says}: ${choices.join(" ")}`;
}

/** A terminal's usual width. */
const WIDTH = 80;

/** Two columns; what does not fit beside the first is wrapped under it. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(30, Math.max(...rows.map(([first]) => first.length))) + 4;
  return rows.flatMap(([first, second]) => {
    const lines = wrap(second, WIDTH - left);
    const head = `  ${first}`;
    const beside = head.length < left - 1;
    return [
      beside ? `${head.padEnd(left)}${lines[0] ?? ""}` : head,
      ...lines.slice(beside ? 1 : 0).map((line) => " ".repeat(left) + line),
    ];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
