/**
 * `plugin`: how the plugins are, what they have logged, and the commands to them.
 *
 * @module
 */
import type { LogLine, PluginView } from "../../core/contract/managed_plugin.ts";
import { printable } from "../../core/contract/text.ts";
import { EXIT } from "../../program/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { withServer } from "../calling/with_server.ts";
import { print, printJson, printList } from "../output.ts";
import { command, JSON_OPTION, WIDE_OPTION } from "../parsing/command.ts";

const NAME = { value: "NAME", says: "its name, as plugin list says it" } as const;

/** `plugin list`. */
export const pluginList = command({
  words: "plugin list",
  says: "Lists the plugins, with how they are and why",
  parameters: {},
  options: { ...SERVER_OPTIONS, wide: WIDE_OPTION, json: JSON_OPTION },
  examples: ["plugin list"],
  async run({ json, wide, ...server }) {
    const plugins = await withServer(server, ({ server }) => server.plugins());
    await printList(plugins, {
      json,
      columns: {
        PLUGIN: ({ name }) => name,
        VERSION: ({ version }) => version ?? "-",
        STATE: ({ state, enabled }) => enabled || state !== "stopped" ? state : "not enabled",
        PHONES: ({ phones }) => String(phones),
        ...(wide && {
          RESTARTS: ({ restarts }: PluginView) => String(restarts),
          "NEXT TRY": ({ nextTryAt }: PluginView) => nextTryAt ?? "-",
        }),
        WHY: ({ reason }) => reason ?? "-",
      },
      yielding: wide ? [] : ["WHY"],
      none: "The configuration names no plugin",
    });
    return EXIT.orderly;
  },
});

/** `plugin log`. */
export const pluginLog = command({
  words: "plugin log",
  says: "Prints the last lines of a plugin's log, oldest first",
  parameters: { name: NAME },
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["plugin log virtual"],
  async run({ name, json, ...server }) {
    for (const line of await withServer(server, ({ server }) => server.pluginLog(name))) {
      if (json) printJson(line);
      else for (const each of asRaised(line)) print(printable(each));
    }
    return EXIT.orderly;
  },
});

/** `plugin start`. */
export const pluginStart = commanding("start", "Starts a plugin; one that backs off is tried at once");

/** `plugin stop`. */
export const pluginStop = commanding("stop", "Closes a plugin's phones and ends its process");

/** `plugin reload`. */
export const pluginReload = commanding(
  "reload",
  "Starts a plugin anew, with its folder and its configuration read again",
);

function commanding(deed: "start" | "stop" | "reload", says: string) {
  return command({
    words: `plugin ${deed}`,
    says,
    more: "Holds until the server ends: the next start of the server goes by the configuration again.",
    parameters: { name: NAME },
    options: { ...SERVER_OPTIONS, json: JSON_OPTION },
    examples: [`plugin ${deed} virtual`],
    async run({ name, json, ...server }) {
      const plugin = await withServer(server, ({ server }) => server.commandPlugin(name, deed));
      if (json) printJson(plugin);
      else print(printable(`${plugin.name} is ${plugin.state}`));
      return EXIT.orderly;
    },
  });
}

/** A line of a log, with the stack in it as it was before that became one line. */
function asRaised({ at, level, text }: LogLine): string[] {
  const [first = "", ...stack] = text.split(/(?<=\S) {2,}(?=at )/);
  return [`${at} ${level} ${first}`, ...stack.map((each) => `    ${each}`)];
}
