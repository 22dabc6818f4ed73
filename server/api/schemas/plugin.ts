/**
 * Plugins, as they are answered.
 *
 * @module
 */
import { z } from "zod";
import { PLUGIN_STATES } from "../../core/contract/managed_plugin.ts";
import { Time } from "./names.ts";

const list = z.array(z.string());

const Permissions = z.object({ net: list, read: list, write: list, env: list, run: list, sys: list }).meta({
  id: "Permissions",
  description: "What a plugin may reach outside of itself.",
});

/** A plugin. */
export const Plugin = z.object({
  name: z.string().meta({ description: "The prefix of its phones." }),
  state: z.enum(PLUGIN_STATES),
  reason: z.string().exactOptional().meta({ description: "Why it is in this state, in words." }),
  enabled: z.boolean().meta({ description: "Whether it is started with the server." }),
  version: z.string().exactOptional().meta({ description: "As its manifest says; missing if that cannot be read." }),
  description: z.string().exactOptional().meta({ description: "As `version`." }),
  restarts: z.int().min(0).meta({ description: "How many processes were started after the first." }),
  rssBytes: z.number().min(0).meta({ description: "Resident memory; 0 without a process." }),
  cpu: z.number().min(0).meta({ description: "Processor time as a part of one processor." }),
  lagMs: z.number().min(0).meta({ description: "How late its timers are." }),
  phones: z.int().min(0).meta({ description: "How many phones of it there are, disconnected ones too." }),
  permissions: z.object({
    asked: Permissions.exactOptional().meta({ description: "As `version`." }),
    granted: Permissions,
  }),
}).meta({ id: "Plugin" });

/** The plugins. */
export const PluginList = z.object({ plugins: z.array(Plugin) }).meta({ id: "PluginList" });

/** The log of one. */
export const PluginLog = z.object({
  lines: z.array(
    z.object({
      at: Time,
      level: z.enum(["debug", "info", "warn", "error"]).meta({ description: "`info` for what it prints." }),
      text: z.string(),
    }).meta({ id: "PluginLine" }),
  ),
}).meta({ id: "PluginLog" });
