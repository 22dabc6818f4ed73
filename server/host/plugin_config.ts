/**
 * What an operator says about one plugin: an entry of `plugins` in the configuration (api, section 6).
 *
 * @module
 */
import { z } from "zod";

/** The pattern of a plugin's name: it is the prefix of its phones and part of URLs. */
export const PLUGIN_NAME = /^[a-z0-9][a-z0-9._~-]{0,63}$/i;

/** The longest configuration, as JSON: it travels in one message. */
const MOST_CONFIG = 65_536;

/** The lists of a manifest's `permissions` and of an operator's `grants`, as Deno names them. */
export const permissionLists = z.strictObject({
  net: z.array(z.string()).max(256).default([]),
  read: z.array(z.string()).max(256).default([]),
  write: z.array(z.string()).max(256).default([]),
  env: z.array(z.string()).max(256).default([]),
  run: z.array(z.string()).max(256).default([]),
  sys: z.array(z.string()).max(256).default([]),
});

/** What a plugin may reach outside of itself. */
export type PermissionLists = z.infer<typeof permissionLists>;

/** The schema of one entry of `plugins`; an unknown key is an error. */
export const pluginConfig = z.strictObject({
  /** Its name here, unique; the manifest's if left out. */
  name: z.string().regex(PLUGIN_NAME, "must be 1 to 64 of A-Z a-z 0-9 . _ ~ - and begin with a letter or digit")
    .optional(),
  /** Its folder, relative to the working directory. */
  source: z.string().min(1).max(4_096),
  /** Whether it is started. */
  enabled: z.boolean().default(true),
  /** Handed to the plugin as it is. */
  config: z.record(z.string(), z.unknown()).refine((config) => JSON.stringify(config).length <= MOST_CONFIG, {
    error: `must be at most ${MOST_CONFIG} characters as JSON`,
  }).default({}),
  /** What it may reach: it must cover what its manifest asks for. */
  grants: permissionLists.prefault({}),
  /** The limit of its JavaScript heap, megabytes. */
  heapMb: z.int().min(16).max(65_536).default(128),
});

/** One entry of `plugins` as it is written. */
export type PluginConfig = z.input<typeof pluginConfig>;

/** One entry of `plugins` with every default. */
export type CheckedPluginConfig = z.infer<typeof pluginConfig>;
