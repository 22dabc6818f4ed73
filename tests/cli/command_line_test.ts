import { deepEqual, equal, match, ok } from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../server/cli/mod.ts";
import { readArguments } from "../../server/cli/parsing/arguments.ts";
import { help } from "../../server/cli/help.ts";
import { skipLoudly } from "../faults/temporary.ts";
import { cli, cliCommand } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

const WRONG: Record<string, { args: string[]; words: RegExp }> = {
  "nothing": { args: [], words: /A command is missing: try serve, or --help/ },
  "a command that is not there": { args: ["phnoe", "list"], words: /no command phnoe: did you mean phone\?/ },
  "a command that is like no other": { args: ["zebra"], words: /no command zebra: try --help/ },
  "half a command": { args: ["token"], words: /token is not complete.*create or list or rotate or revoke/ },
  "a command with another half": {
    args: ["token", "mint"],
    words: /no command token mint.*create or list or rotate or revoke/,
  },
  "a word too many": { args: ["phone", "list", "all"], words: /phone list cannot take "all" as well/ },
  "help of a command that is not there": { args: ["zebra", "--help"], words: /no command zebra: try --help/ },
  "help of a command with another half": { args: ["token", "mint", "-h"], words: /no command token mint/ },
  "too few words": { args: ["phone", "show"], words: /phone show needs PHONE/ },
  "an option that is not there": {
    args: ["phone", "list", "--jsno"],
    words: /phone list has no option --jsno: did you mean --json\?/,
  },
  "an option of another command": {
    args: ["serve", "--url", "http://127.0.0.1:1"],
    words: /: serve has no option --url: try serve --help$/m,
  },
  "an option without its value": {
    args: ["phone", "list", "--data"],
    words: /: --data needs DIR: try phone list --help$/m,
  },
  "an option in the place of a value": { args: ["phone", "list", "--data", "--json"], words: /--data.*ambiguous/ },
  "a value that is none of its option's": {
    args: ["history", "list", "--outcome", "good"],
    words: /--outcome cannot be "good": it must be one of succeeded failed/,
  },
  "a number that is none": { args: ["history", "list", "--limit", "many"], words: /--limit cannot be "many".*integer/ },
  "an operation that is not there": { args: ["request", "setLight", "x"], words: /OPERATION cannot be "setLight"/ },
  "a shell that is not there": { args: ["completion", "tcsh"], words: /SHELL cannot be "tcsh".*bash zsh fish/ },
  "too many short options in one, behind a -- that is a value": {
    args: ["--config", "--", `-${"9".repeat(40_000)}`],
    words: /There is no option -9{63}…/,
  },
  "a url without a token": {
    args: ["phone", "list", "--url", "http://127.0.0.1:1"],
    words: /--url needs.*SWITCHROOM_TOKEN/,
  },
};

for (const [what, { args, words }] of Object.entries(WRONG)) {
  Deno.test(`${what} is wrong use: exit 2, and one line says what is wrong and what would be right`, async () => {
    refused(await cli(args), { code: 2, words });
  });
}

/** What `--version` prints: the server's own version, and those that plugins and files name. */
const VERSIONS = `switchroom ${deno.version} (plugin SDK 1.1, wire 2, history format 2, configuration 1)\n`;

Deno.test("--version prints every version, --help what there is, and COMMAND --help more about one", async () => {
  deepEqual(await cli(["--version"]), { code: 0, stdout: VERSIONS, stderr: "" });
  const overview = await cli(["--help"]);
  equal(overview.code, 0);
  for (const { words } of COMMANDS) ok(overview.stdout.includes(`  ${words}`), words);
  const group = await cli(["token", "-h"]);
  match(group.stdout, /token create NAME[^]*token revoke ID/);
  ok(!group.stdout.includes("phone list"));
  const one = await cli(["request", "--help"]);
  deepEqual({ code: one.code, stderr: one.stderr }, { code: 0, stderr: "" });
  match(
    one.stdout,
    /request OPERATION PHONE \[KEY=VALUE …\][^]*--timeout SECONDS[^]*setLamp +lamp=N\n +mode=NAME: off steady[^]*request setLamp virtual:desk-1 lamp=20/,
  );
});

Deno.test("help of every command fits a terminal, but for what is there to be copied", () => {
  for (const of of [COMMANDS, ...COMMANDS.map((command) => [command])]) {
    const [before = ""] = help(of).split("\n  switchroom");
    for (const line of before.split("\n")) ok(line.length <= 80, line);
  }
});

Deno.test("every example of help is a call of its own command", () => {
  for (const command of COMMANDS) {
    for (const example of command.examples) {
      const asked = readArguments(example.split(" "), COMMANDS);
      equal(asked.kind === "run" && asked.command, command, example);
    }
  }
});

Deno.test("an option means the same in every command that has it, so that values are told from words before the command is known", () => {
  const types = new Map<string, string>();
  for (const { words, options } of COMMANDS) {
    for (const [name, { type }] of Object.entries(options)) {
      equal(types.get(name) ?? type, type, `--${name} of ${words}`);
      types.set(name, type);
    }
  }
});

Deno.test("options may stand before, between and after a command's words", () => {
  for (const args of ["--data x token list", "token --data x list", "token list --data x"]) {
    const asked = readArguments(args.split(" "), COMMANDS);
    equal(asked.kind === "run" && asked.command.words, "token list", args);
  }
});

const noBash = await Deno.stat("/bin/bash").then(() => undefined, () => "there is no /bin/bash");

Deno.test({
  name: "bash completes commands, options, and values, also those with a colon",
  ignore: skipLoudly(noBash, "completion in bash"),
  async fn() {
    const script = await cli(["completion", "bash"]);
    const complete = async (line: string) => {
      const { stdout } = await new Deno.Command("/bin/bash", {
        args: [
          "--norc",
          "-c",
          `${script.stdout}\nCOMP_WORDBREAKS=$' \\t\\n"><=;|&(:' COMP_LINE=$1 COMP_POINT=\${#1}; _switchroom; echo "\${COMPREPLY[@]}"`,
          "bash",
          line,
        ],
      }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    equal(await complete("switchroom tok"), "token");
    equal(await complete("switchroom token "), "first create list rotate revoke");
    equal(await complete("switchroom token create x --sc"), "--scope");
    equal(
      await complete("switchroom token create x --scope "),
      "phones:monitor phones:control history:read metrics admin",
    );
    equal(await complete("switchroom token create x --scope phones:m"), "monitor");
    equal(await complete("switchroom request setV"), "setVolume");
    equal(await complete("switchroom history list --outcome t"), "timedOut");
    equal(await complete("switchroom phone show v"), "");
    equal(await complete("switchroom request setLamp virtual:desk-1 la"), "lamp=");
    equal(await complete("switchroom request setLamp virtual:desk-1 lamp=20 mode=fl"), "flash flutter");
  },
});

Deno.test({
  name: "bash's short name runs the command line",
  ignore: skipLoudly(noBash, "the short name in bash"),
  async fn() {
    const script = await cli(["completion", "bash"]);
    const { stdout } = await new Deno.Command("/bin/bash", {
      args: ["--norc", "-c", `${script.stdout}\nswitchroom --version`],
    }).output();
    equal(new TextDecoder().decode(stdout), VERSIONS);
  },
});

Deno.test("completion for zsh and fish names every command", async () => {
  for (const shell of ["zsh", "fish"]) {
    const { code, stdout, stderr } = await cli(["completion", shell]);
    deepEqual({ code, stderr }, { code: 0, stderr: "" });
    for (const { words } of COMMANDS) {
      for (const word of words.split(" ")) ok(stdout.includes(word), `${shell} ${word}`);
    }
  }
});

const noTerminal = await Deno.stat("/usr/bin/script").then(() => undefined, () => "there is no /usr/bin/script");

Deno.test({
  name: "colours are for terminals whose user has not declined them",
  ignore: skipLoudly(noTerminal, "colours on a terminal"),
  async fn() {
    const data = await Deno.makeTempDir();
    const shown = async (env: Record<string, string>) => {
      const call = cliCommand(["doctor", "--data", data]).map((word) => `'${word}'`).join(" ");
      const { stdout } = await new Deno.Command("/usr/bin/script", {
        args: ["-qec", call, "/dev/null"],
        env: { SWITCHROOM_TOKEN: "", NO_COLOR: "", ...env },
        stdin: "null",
      }).output();
      return new TextDecoder().decode(stdout);
    };
    try {
      ok((await shown({})).includes("\x1b[32m✓"));
      ok(!(await shown({ NO_COLOR: "1" })).includes("\x1b"));
      ok(!(await cli(["doctor", "--data", data])).stdout.includes("\x1b"));
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
});
