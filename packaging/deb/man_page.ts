/**
 * The manual page, made of what `--help` is made of.
 *
 * @module
 */
import { type Command, COMMON_OPTIONS, keyUsage, optionUsage, usage, withChoices } from "../../server/cli/mod.ts";

/** What stands at the head and foot of each page of it. */
export interface ManPageOptions {
  /** The program's version. */
  readonly version: string;
  /** When that was made. */
  readonly at: Date;
}

/**
 * The page `switchroom(1)`, in the language of `man`.
 *
 * @example
 * ```ts
 * import { manPage } from "./man_page.ts";
 * import { COMMANDS } from "../../server/cli/mod.ts";
 *
 * console.log(manPage(COMMANDS, { version: "0.1.0", at: new Date(0) }).split("\n")[0]);
 * // .TH SWITCHROOM 1 1970\-01\-01 "switchroom 0.1.0" "User Commands"
 * ```
 */
export function manPage(commands: readonly Command[], { version, at }: ManPageOptions): string {
  return [
    `.TH SWITCHROOM 1 ${escaped(at.toISOString().slice(0, 10))} ${quoted(`switchroom ${version}`)} "User Commands"`,
    ".SH NAME",
    "switchroom \\- telephony server for phone devices, and its command line",
    ".SH SYNOPSIS",
    ".B switchroom",
    "\\fICOMMAND\\fR [\\fIARGUMENT\\fR ...]",
    ".SH DESCRIPTION",
    ...paragraph(
      "Applications ask phones for operations: light a lamp, write to the display, ring, set a volume. Plugins drive the phones, and a history keeps what was done to which phone, by whom, and how it ended.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(section),
    ".SH EXIT STATUS",
    ...EXIT_CODES.flatMap(([code, means]) => tagged(`\\fB${code}\\fR`, means)),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, is]) => tagged(`\\fB${name}\\fR`, is)),
    ".SH FILES",
    ...FILES.flatMap(([path, is]) => tagged(`\\fI${escaped(path)}\\fR`, is)),
    ".SH SEE ALSO",
    "\\fI/usr/share/doc/switchroom/docs/running.md\\fR",
    "",
  ].join("\n");
}

/** What it exits with, as the last lines of `--help` say it. */
const EXIT_CODES = [
  ["0", "Done."],
  ["1", "What was asked for failed."],
  ["2", "Wrong use, or a wrong configuration."],
  ["57", "The history is newer than this build."],
  ["70", "A fault of Switchroom itself."],
] as const;

const ENVIRONMENT = [
  ["SWITCHROOM_TOKEN", "The token that a command shows the server."],
  ["SWITCHROOM_TOKEN_FILE", "A file with that token, which only its owner can read."],
  ["SWITCHROOM_BOOTSTRAP_TOKEN", "The first token of a new history, 32 characters or more, instead of a random one."],
] as const;

const FILES = [
  ["/etc/switchroom/switchroom.json", "The configuration of the service."],
  ["/var/lib/switchroom", "Its data folder: the history, and what goes with it. A purge of the package keeps it."],
  [
    "/etc/switchroom/purge-history",
    "Where root has made this file, a purge of the package deletes the history as well.",
  ],
] as const;

function section(command: Command): string[] {
  const { words, says, more, parameters, options, examples } = command;
  return [
    `.SS ${quoted(words)}`,
    `.B ${escaped(`switchroom ${usage(command)}`)}`,
    ".PP",
    ...paragraph(`${says}.`),
    ...(more === undefined ? [] : paragraph(more)),
    ...Object.values(parameters).flatMap((parameter) =>
      tagged(`\\fI${escaped(parameter.value)}\\fR`, withChoices(parameter))
    ),
    ...Object.entries({ ...options, ...COMMON_OPTIONS }).flatMap(([name, option]) =>
      tagged(`\\fB${escaped(optionUsage(name, option))}\\fR`, withChoices(option))
    ),
    ...Object.values(parameters).flatMap(({ keys = {} }) =>
      Object.entries(keys).filter(([, each]) => each.length > 0).flatMap(([choice, each]) =>
        tagged(`\\fB${escaped(choice)}\\fR`, each.map(keyUsage).join(" "))
      )
    ),
    ...(examples.length === 0
      ? []
      : [".PP", "Examples:", ".PP", ".nf", ...examples.map((example) => text(`    switchroom ${example}`)), ".fi"]),
  ];
}

function tagged(tag: string, says: string): string[] {
  return [".TP", tag, text(says)];
}

function paragraph(says: string): string[] {
  return [text(says), ".PP"];
}

/** A line of text that is nothing but text. */
function text(line: string): string {
  return escaped(line).replace(/^(?=[.'])/, "\\&");
}

function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', '""')}"`;
}

/** What `man` would read as something else, and what is beyond ASCII. */
function escaped(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
}
