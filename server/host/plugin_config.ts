/**
 * What an operator says about one plugin: an entry of `plugins` in the configuration (api, section 6).
 *
 * @module
 */
import { z } from "zod";

/** The pattern of a plugin's name: it is the prefix of its phones and part of URLs. */
export const PLUGIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;

/** The sources of the plugins that come with Switchroom, wherever that is installed. */
export const BUILT_IN_PLUGINS = ["builtin:virtual", "builtin:sip"] as const;

/** The longest configuration, as JSON: it travels in one message. */
const MOST_CONFIG = 65_536;

const list = (what: string) => z.array(z.string()).max(256).default([]).describe(what);

const megabytes = (usual: number, what: string) =>
  z.int().min(16).max(65_536).default(usual).describe(`${what}, megabytes.`);

/** The lists of a manifest's `permissions` and of an operator's `grants`, as Deno names them. */
export const permissionLists = z.strictObject({
  net: list("Hosts, host:port, addresses and networks that it may reach or listen on."),
  read: list("Files and folders that it may read, its own folder too: without, only what it imports is read."),
  write: list("Files and folders that it may write."),
  env: list("Variables of the server's environment that it gets."),
  run: list("Programs that it may start, which is as good as every permission."),
  sys: list("System information that it may ask for, as Deno names it."),
});

/** The schema of one entry of `plugins`; an unknown key is an error. */
export const pluginConfig = z.strictObject({
  name: z.string().regex(PLUGIN_NAME, "must be 1 to 64 of A-Z a-z 0-9 . _ ~ - and begin with a letter or digit")
    .optional()
    .describe("Its name here, unique: the prefix of its phones. The manifest's if left out."),
  source: z.string().min(1).max(4_096).describe(
    `Its folder, with plugin.json, relative to this file's folder; or ${
      BUILT_IN_PLUGINS.join(" or ")
    }, which come with Switchroom.`,
  ),
  enabled: z.boolean().default(true).describe("Whether it is started."),
  config: z.record(z.string(), z.unknown()).refine((config) => JSON.stringify(config).length <= MOST_CONFIG, {
    error: `must be at most ${MOST_CONFIG} characters as JSON`,
  }).default({}).describe(
    "Handed to the plugin, with the defaults of its manifest's schema.",
  ),
  grants: permissionLists.prefault({}).describe("What it may reach: it must cover what its manifest asks for."),
  heapMb: megabytes(128, "The most that its JavaScript heap may take"),
  memoryMb: megabytes(512, "The most memory that it may take beside that heap: buffers, workers, the runtime itself"),
  fileMb: megabytes(64, "The longest file that it may write"),
  temporaryMb: megabytes(64, "The most that its runtime may keep in temporary files"),
  openFiles: z.int().min(64).max(1_048_576).default(4_096).describe(
    "How many files and connections it may have open; fewer where the system allows fewer.",
  ),
});

/** One entry of `plugins` as it is written. */
export type PluginConfig = z.input<typeof pluginConfig>;

/** One entry of `plugins` with every default. */
export type CheckedPluginConfig = z.infer<typeof pluginConfig>;
