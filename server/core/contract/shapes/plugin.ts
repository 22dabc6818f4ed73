/**
 * Plugins, as they are answered.
 *
 * @module
 */
import {
  LOG_LEVELS,
  type LogLine,
  type Permissions as Reach,
  PLUGIN_STATES,
  type PluginView,
} from "../managed_plugin.ts";
import { about, amount, exactly, flag, list, object, oneOf, optional, type Shape, text } from "../shape.ts";
import { Count, Time } from "./names.ts";

const names = list(text);

const Permissions = about(
  exactly<Reach>()(object({ net: names, read: names, write: names, env: names, run: names, sys: names })),
  { name: "Permissions", description: "What a plugin may reach outside of itself." },
);

/** A plugin. */
export const Plugin: Shape<PluginView> = about(
  exactly<PluginView>()(object({
    name: about(text, { description: "The prefix of its phones." }),
    state: oneOf(PLUGIN_STATES),
    reason: optional(about(text, { description: "Why it is in this state, in words." })),
    nextTryAt: optional(about(Time, { description: "When it is tried again." })),
    enabled: about(flag, { description: "Whether it is started with the server." }),
    version: optional(about(text, { description: "As its manifest says; missing if that cannot be read." })),
    description: optional(about(text, { description: "As `version`." })),
    restarts: about(Count, {
      description: "How many processes were started without a command.",
    }),
    rssBytes: about(amount, { description: "Resident memory; 0 without a process." }),
    cpu: about(amount, { description: "Processor time as a part of one processor." }),
    lagMs: about(amount, { description: "How late its timers are." }),
    phones: about(Count, { description: "How many phones of it there are, disconnected ones too." }),
    permissions: object({
      asked: optional(about(Permissions, { description: "As `version`." })),
      granted: Permissions,
    }),
  })),
  { name: "Plugin" },
);

/** The plugins. */
export const PluginList: Shape<{ plugins: PluginView[] }> = about(object({ plugins: list(Plugin) }), {
  name: "PluginList",
});

const PluginLine = about(
  exactly<LogLine>()(object({
    at: Time,
    level: about(oneOf(LOG_LEVELS), { description: "`info` for what it prints past `console`." }),
    text,
  })),
  { name: "PluginLine" },
);

/** The log of one. */
export const PluginLog: Shape<{ lines: LogLine[] }> = about(object({ lines: list(PluginLine) }), { name: "PluginLog" });
