/**
 * What an operator says: the configuration file, and the flags that overrule it.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { closest, distance } from "fastest-levenshtein";
import { quoted } from "../../core/contract/quoted.ts";
import { BUILT_IN_PLUGINS, faultsOf, type PluginConfig } from "../../host/mod.ts";
import type { ActivityOf } from "../../core/mod.ts";
import { Misuse } from "../exit.ts";
import { activityOf } from "./activity.ts";
import { type Address, parseAddress, requireEncryption } from "./address.ts";
import { type RoomBounds, roomBounds } from "./bounds.ts";
import { type ConfigurationFile, configurationFile } from "./file.ts";
import type { Flags } from "./flags.ts";
import { readJsonFile } from "./json_file.ts";
import { isNamed } from "./usual.ts";

/** What is there on a fresh checkout. */
const FIRST_PARTY: PluginConfig[] = [{ source: BUILT_IN_PLUGINS[0] }];

/** Characters of a plugin's name that are looked at. */
const LONGEST_NAME = 64;

/** Everything that a server is told, checked and with every default. */
export interface Configuration extends RoomBounds {
  readonly listen: Address;
  /** The data folder. */
  readonly data: string;
  /** Whether a commit waits for the disk (`full`). */
  readonly durability: "full" | "normal";
  /** The files of the certificate; undefined = no TLS. */
  readonly tls: TlsFiles | undefined;
  /** Addresses and networks of proxies that may speak for their callers. */
  readonly trustedProxies: readonly string[];
  /** What is logged, and how. */
  readonly log: ConfigurationFile["log"];
  /** What of which phone's activity is recorded. */
  readonly activityOf: ActivityOf;
  /** When checkpoints are made, and where they are brought to; its paths are absolute. */
  readonly checkpoints: ConfigurationFile["checkpoints"];
  readonly plugins: PluginConfig[];
  /** No plugin is started. */
  readonly safe: boolean;
  /** The history is taken as it is, although it is missing, older or another. */
  readonly acceptHistory: boolean;
}

/** The paths of a certificate and its key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the configuration. Paths in a file are relative to its folder, those of flags to the working directory.
 *
 * @throws {Misuse} If the file cannot be read, or it or a flag is not valid; the message names the place.
 */
export async function readConfiguration(flags: Flags): Promise<Configuration> {
  const base = flags.config === undefined ? "." : dirname(flags.config);
  const value = flags.config === undefined ? {} : await readJsonFile(flags.config);
  const file = configurationFile.safeParse(value);
  if (!file.success) {
    const faults = faultsOf(file.error, { schema: configurationFile, value });
    throw new Misuse(`The configuration ${flags.config} is not valid: ${faults}`);
  }
  const { listen, data, durability, tls, trustedProxies, log, activity, checkpoints, bounds, plugins = FIRST_PARTY } =
    file.data;
  const address = parseAddress(flags.listen ?? listen);
  requireEncryption(address, { tls, trustedProxies });
  return {
    ...roomBounds(bounds),
    listen: address,
    data: flags.data ?? resolve(base, data),
    durability,
    tls: tls && { cert: resolve(base, tls.cert), key: resolve(base, tls.key) },
    trustedProxies,
    log,
    activityOf: activityOf(activity),
    checkpoints: {
      ...checkpoints,
      ...inBase(base, { file: checkpoints.file, key: checkpoints.key, tokenFile: checkpoints.tokenFile }),
    },
    safe: flags.safe ?? false,
    acceptHistory: flags["accept-history"] ?? false,
    plugins: plugins.map((plugin) => ({ ...plugin, source: sourceOf(plugin.source, base) })),
  };
}

/** Paths of a file, as they are from everywhere; those that are left out stay so. */
function inBase<Name extends string>(
  base: string,
  paths: Record<Name, string | undefined>,
): { [One in Name]?: string } {
  const given = Object.entries<string | undefined>(paths).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, resolve(base, path)]]
  );
  return Object.fromEntries(given);
}

function sourceOf(source: string, base: string): string {
  if (!isNamed(source)) return resolve(base, source);
  const [, name = ""] = /:(.*)$/s.exec(source) ?? [];
  if (isBuiltIn(source)) return fileURLToPath(new URL(`../../../plugins/${name}`, import.meta.url));
  const names = BUILT_IN_PLUGINS.map((builtIn) => builtIn.replace("builtin:", ""));
  const near = closest(name.slice(0, LONGEST_NAME), names);
  const meant = distance(name, near) <= near.length / 2 ? `did you mean builtin:${near}? There` : "there";
  throw new Misuse(
    `No plugin named ${quoted(source)} comes with Switchroom: ${meant} are ${BUILT_IN_PLUGINS.join(" and ")}; ` +
      `every other source is a folder, which with such a name is written with ./ before it`,
  );
}

function isBuiltIn(source: string): boolean {
  return BUILT_IN_PLUGINS.some((builtIn) => builtIn === source);
}
