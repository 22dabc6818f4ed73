/**
 * `completion`: scripts that let a shell complete the command line, made from the table of commands.
 *
 * No server is called: starting Deno at each press of a key would be felt.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { EXIT } from "../../program/mod.ts";
import { print } from "../output.ts";
import { type Command, command, COMMON_OPTIONS, type Key } from "../parsing/command.ts";

/** What the scripts call the command line. */
const NAME = "switchroom";

const PROGRAM = fileURLToPath(new URL("../../../bin/switchroom", import.meta.url));

/** `completion`, for the table that it stands in itself. */
export function completionOf(commands: () => readonly Command[]): Command {
  return command({
    words: "completion",
    says: "Prints a script that lets a shell complete commands and options",
    more: `Where no ${NAME} is on PATH, the script also makes that a name of this one.`,
    parameters: { shell: { value: "SHELL", says: "which shell", choices: ["bash", "zsh", "fish"] } },
    options: {},
    examples: [
      "completion bash >> ~/.bashrc",
      "completion zsh >> ~/.zshrc",
      `completion fish > ~/.config/fish/conf.d/${NAME}.fish`,
    ],
    run({ shell }) {
      const table = candidates(commands());
      print(shell === "fish" ? fish(table) : shell === "zsh" ? zsh(table) : bash(table));
      return Promise.resolve(EXIT.orderly);
    },
  });
}

/** What can come next. */
interface Candidates {
  /** After the option of a name: its values, none for those that cannot be listed. */
  values: Map<string, readonly string[]>;
  /** After words: the words, choices and options that can follow; the longest words that were said count. */
  after: Map<string, readonly string[]>;
}

function candidates(commands: readonly Command[]): Candidates {
  const values = new Map<string, readonly string[]>();
  const after = new Map<string, string[]>();
  const add = (words: string, next: readonly string[]) => {
    after.set(words, [...new Set([...after.get(words) ?? [], ...next])]);
  };
  add("", ["--help", "--version"]);
  for (const { words, parameters, options } of commands) {
    const all = { ...options, ...COMMON_OPTIONS };
    const parts = words.split(" ");
    parts.forEach((word, index) => add(parts.slice(0, index).join(" "), [word]));
    add(words, Object.values(parameters).flatMap(({ choices = [] }) => choices));
    const names = Object.keys(all).map((name) => `--${name}`);
    add(words, names);
    for (const { keys = {} } of Object.values(parameters)) {
      for (const [choice, each] of Object.entries(keys)) {
        add(`${words} ${choice}`, [...each.flatMap(pairs), ...names]);
      }
    }
    for (const [name, { type, choices = [] }] of Object.entries(all)) {
      if (type === "string") values.set(name, [...new Set([...values.get(name) ?? [], ...choices])]);
    }
  }
  return { values, after };
}

/** A key with each of its values, or ready for one. */
function pairs({ name, choices = [""] }: Key): string[] {
  return choices.map((choice) => `${name}=${choice}`);
}

/**
 * A function that prints what can come next, in the words that bash and zsh share: `$1` is the word before, `$2` all
 * words before.
 */
function nextWords({ values, after }: Candidates): string {
  const longestFirst = [...after].sort(([one], [other]) => other.length - one.length);
  return [
    `_${NAME}_next() {`,
    '  case "$1" in',
    ...[...values].map(([name, choices]) => `    --${name}) echo ${quote(choices.join(" "))}; return ;;`),
    "  esac",
    '  case " $2 " in',
    ...longestFirst.map(([words, next]) =>
      `    *${words === "" ? "" : quote(` ${words} `)}*) echo ${quote(next.join(" "))} ;;`
    ),
    "  esac",
    "}",
  ].join("\n");
}

/** The colon of a scope and the sign of a key part words in bash: what stands before them must not be repeated. */
function bash(table: Candidates): string {
  return `${shortName()}
${nextWords(table)}
_${NAME}() {
  local line=\${COMP_LINE:0:COMP_POINT} current= before words
  read -ra words <<< "$line"
  if [[ $line != *[[:space:]] ]]; then
    current=\${words[-1]}
    unset 'words[-1]'
  fi
  before=\${words[-1]}
  mapfile -t COMPREPLY < <(compgen -W "$(_${NAME}_next "$before" "\${words[*]:1}")" -- "$current")
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
  local sign
  for sign in : =; do
    [[ $current == *$sign* && $COMP_WORDBREAKS == *$sign* ]] && COMPREPLY=("\${COMPREPLY[@]#"\${current%"\${current##*$sign}"}"}")
  done
}
complete -o default -F _${NAME} ${NAME}`;
}

function zsh(table: Candidates): string {
  return `${shortName()}
${nextWords(table)}
_${NAME}() {
  local next="$(_${NAME}_next "\${words[CURRENT-1]}" "\${words[2,CURRENT-1]}")"
  if [[ -z $next ]]; then _files; return; fi
  local word
  for word in \${=next}; do
    if [[ $word == *= ]]; then compadd -S '' -- $word; else compadd -- $word; fi
  done
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _${NAME} ${NAME}`;
}

function fish({ values, after }: Candidates): string {
  const rules = [...after].map(([words, next]) => {
    const said = words.split(" ").filter((word) => word !== "").map((word) => `contains -- ${word} (commandline -opc)`);
    // Only the words that lead on: after the last of them, the longer ones count.
    const longer = [...after.keys()].filter((other) =>
      other !== words && other.startsWith(words === "" ? "" : `${words} `)
    );
    const none = longer.map((other) =>
      `not contains -- ${other.slice(words.length).trim().split(" ")[0]} (commandline -opc)`
    );
    const condition = [...said, ...new Set(none)].join("; and ");
    return `complete -c ${NAME} -f ${condition === "" ? "" : `-n ${quote(condition)} `}-a ${quote(next.join(" "))}`;
  });
  const options = [...values].filter(([, choices]) => choices.length > 0).map(([name, choices]) =>
    `complete -c ${NAME} -x -l ${name} -a ${quote(choices.join(" "))}`
  );
  const files = [...values].filter(([, choices]) => choices.length === 0).map(([name]) =>
    `complete -c ${NAME} -r -F -l ${name}`
  );
  return [
    `type -q ${NAME}; or function ${NAME}; ${quote(PROGRAM)} $argv; end`,
    ...rules,
    ...options,
    ...files,
  ].join("\n");
}

function shortName(): string {
  return `command -v ${NAME} > /dev/null || ${NAME}() { ${quote(PROGRAM)} "$@"; }`;
}

/** As all three shells take a text. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
