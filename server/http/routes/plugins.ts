/**
 * Plugins, as their operator sees and commands them.
 *
 * @module
 */
import { z } from "zod";
import { requireAllOf, seesAllOf, seesOf, seesPluginOf } from "../../access/mod.ts";
import { Refusal } from "../../api/mod.ts";
import { PhoneError } from "../../core/contract/errors.ts";
import type { ManagedPlugin, PluginView } from "../../core/contract/managed_plugin.ts";
import { quoted } from "../../core/contract/quoted.ts";
import { Plugin, PluginList, PluginLog } from "../../core/contract/shapes/mod.ts";
import { onDisk } from "../../core/mod.ts";
import { json } from "../answering/answer.ts";
import { type Call, callerOf, type Endpoint, pathValue } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** Every command, with what is said of it. */
const COMMANDS = {
  start: {
    summary: "Start a plugin",
    description:
      "From whatever state it settled in, also one that is not enabled, until the server ends. Its crashes " +
      "are counted anew. One that runs goes on; one that backs off is tried at once. 409 says why if it has not become " +
      "ready then.",
  },
  stop: {
    summary: "Stop a plugin",
    description:
      "Its phones are closed (cause `pluginStop`), its process is ended, and it stays stopped until the server is " +
      "started anew or it is started by command.",
  },
  reload: {
    summary: "Start a plugin anew",
    description:
      "Reads what the server's configuration says of it and its folder anew, stops it and starts it; phones that it does " +
      "not offer any more are removed. It stays as it is, and 409 says why, if the configuration cannot be read or does " +
      "not name it any more, and if it runs and its manifest, its grants, its configuration or its imports would keep it " +
      "from starting now. 409 says why, too, if it was started anew and has not become ready then.",
  },
} as const;

const path = { plugin: z.string().meta({ description: "The plugin's name.", examples: ["virtual"] }) };

type PluginPorts = Pick<AppPorts, "applications" | "lifecycle" | "plugins" | "clock" | "bounds" | "note">;

/** The routes of plugins. */
export function pluginEndpoints(ports: PluginPorts): Endpoint[] {
  const viewOf = (plugin: ManagedPlugin, call: Call): PluginView => {
    const { detail, ...condition } = plugin.condition;
    const { manifest, grants } = plugin;
    const phones = ports.applications.phones(seesOf(call.token)).filter((phone) => phone.plugin === condition.name);
    return {
      ...condition,
      ...(mayHear(call, plugin) && detail !== "" && { reason: detail }),
      ...(manifest && { version: manifest.version, description: manifest.description }),
      phones: phones.length,
      permissions: { ...(manifest && { asked: manifest.permissions }), granted: grants },
    };
  };
  const pluginsOf = ({ token }: Call): ManagedPlugin[] => {
    const sees = seesPluginOf(token);
    return ports.plugins().filter(({ condition }) => sees(condition.name));
  };
  const pluginOf = (call: Call): ManagedPlugin => {
    const name = pathValue(call, "plugin");
    const plugin = pluginsOf(call).find(({ condition }) => condition.name === name);
    if (plugin) return plugin;
    throw new Refusal("not-found", `No plugin is named ${quoted(name)}; the server's configuration names them`);
  };
  const command = (name: keyof typeof COMMANDS): Endpoint => ({
    method: "POST",
    path: `/v1/plugins/:plugin/${name}`,
    scope: "admin",
    description: {
      id: `${name}Plugin`,
      tag: "operator",
      ...COMMANDS[name],
      path,
      answers: { 200: { description: "How the plugin is now.", body: Plugin } },
      problems: ["not-found", ...(name === "stop" ? [] : ["conflict" as const]), "RESOURCEUNAVAIL"],
    },
    async serve(call) {
      const plugin = pluginOf(call);
      if (ports.lifecycle.condition.stopping) throw new PhoneError("RESOURCEUNAVAIL", "The server is stopping");
      // Before its deeds: they are rows too.
      const noted = noteCommand(name, { plugin, call, ports });
      const [done, fact] = await Promise.allSettled([plugin[name](), noted]);
      if (done.status === "rejected") throw done.reason;
      if (typeof done.value === "string") {
        const why = mayHear(call, plugin) ? `. ${done.value}` : "";
        throw new Refusal("conflict", `The plugin goes on as it was${why}`);
      }
      if (fact.status === "rejected") throw fact.reason;
      if (name !== "stop") requireReady(call, plugin);
      return json(viewOf(plugin, call));
    },
  });
  return [
    {
      method: "GET",
      path: "/v1/plugins",
      scope: "admin",
      description: {
        id: "listPlugins",
        tag: "operator",
        summary: "List the plugins",
        description:
          "A token that is limited to phones is told of the plugins that can have one of these, and why a plugin is in " +
          "its state where it may see all of its phones.",
        answers: { 200: { description: "Every configured plugin, in the order of configuration.", body: PluginList } },
      },
      serve: (call) => json({ plugins: pluginsOf(call).map((plugin) => viewOf(plugin, call)) }),
    },
    command("start"),
    command("stop"),
    command("reload"),
    {
      method: "GET",
      path: "/v1/plugins/:plugin/logs",
      scope: "admin",
      description: {
        id: "readPluginLog",
        tag: "operator",
        summary: "Read the newest lines of a plugin's log",
        description:
          "What it printed and logged, and what its host says of it, oldest first: at most 200 lines or 64 Ki " +
          "characters since the server was started. Too many lines at once are dropped, and counted. They can tell of " +
          "every phone of the plugin: a token that may not see all of them is refused.",
        path,
        answers: { 200: { description: "The lines.", body: PluginLog } },
        problems: ["not-found"],
      },
      serve(call) {
        const { condition: { name: plugin }, lines } = pluginOf(call);
        requireAllOf(call.token, { plugin, what: "The log of the plugin is" });
        return json({ lines });
      },
    },
  ];
}

/** Whoever has a plugin started wants its phones, and must not take an answer for them. */
function requireReady(call: Call, plugin: ManagedPlugin): void {
  const { state, detail, nextTryAt } = plugin.condition;
  if (state === "ready") return;
  const why = detail !== "" && mayHear(call, plugin) ? `: ${detail}` : "";
  const next = nextTryAt === undefined ? "" : `; the next try is at ${nextTryAt}`;
  throw new Refusal("conflict", `The plugin was started, and is ${state} now${why}${next}`);
}

/** Whether a caller may hear why a plugin is as it is: the words can name any of its phones. */
function mayHear({ token }: Call, { condition: { name } }: ManagedPlugin): boolean {
  return seesAllOf(token, name);
}

/** Notes who commands what; a disk that takes nothing keeps nobody from commanding, but is told. */
async function noteCommand(
  command: keyof typeof COMMANDS,
  { plugin, call, ports: { clock, bounds, note } }: { plugin: ManagedPlugin; call: Call; ports: PluginPorts },
): Promise<void> {
  const { name } = plugin.condition;
  const fact = note({
    type: "pluginCommanded",
    ...callerOf(call),
    plugin: name,
    detail: { command },
  });
  const otherwise = `the command to ${command} the plugin ${name} was carried out all the same`;
  await onDisk(fact, { clock, ms: bounds.closeRowsMs, otherwise });
}
