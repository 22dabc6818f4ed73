/**
 * What a server's flags and configuration name of the machine, as far as it can be made out: what is wrong with them
 * the server itself says, which reads them whole. So that a start does not wait for it, this loads no schema and no
 * other room.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { type Address, parseAddress } from "../configuration/address.ts";
import { hostOf } from "../configuration/called_host.ts";
import { readJsonFile } from "../configuration/json_file.ts";
import { DEFAULT_LISTEN, isNamed } from "../configuration/usual.ts";
import type { Placed } from "../places.ts";

/** What is named; paths are absolute. */
export interface Named {
  /** Where to listen. */
  readonly listen: Address | undefined;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
  /** The data folder. */
  readonly data: string;
  /** The configuration, the certificate and its key. */
  readonly files: readonly string[];
  /** The folders of plugins that do not come with Switchroom, and where links among them lead. */
  readonly sources: readonly string[];
  /** Files that are appended to. */
  readonly appended: readonly string[];
  /** `HOST:PORT` of those that checkpoints are sent to. */
  readonly receivers: readonly string[];
  /** The variables that plugins are granted. */
  readonly variables: readonly string[];
}

/** Reads what is named. Nothing that it finds makes it fail. */
export async function readNamed({ config, data, listen }: Placed): Promise<Named> {
  const base = config === undefined ? "." : dirname(config);
  const file = config === undefined ? {} : await readJsonFile(config).catch(() => ({}));
  const tls = at(file, "tls");
  const checkpoints = at(file, "checkpoints");
  const plugins = listOf(at(file, "plugins"));
  const folders = plugins.flatMap((plugin) => textOf(at(plugin, "source")))
    .filter((source) => !isNamed(source))
    .map((source) => resolve(base, source));
  const inBase = (value: unknown) => textOf(value).map((path) => resolve(base, path));
  return {
    listen: addressOf(listen ?? textOf(at(file, "listen"))[0] ?? DEFAULT_LISTEN),
    tls: tls !== undefined,
    data,
    files: [
      ...config === undefined ? [] : [config],
      ...[at(tls, "cert"), at(tls, "key"), at(checkpoints, "key"), at(checkpoints, "tokenFile")].flatMap(inBase),
    ],
    sources: [...new Set([...folders, ...await Promise.all(folders.map(leadsTo))])],
    appended: inBase(at(checkpoints, "file")),
    receivers: [at(checkpoints, "url"), at(checkpoints, "timestamps")].flatMap(textOf).flatMap(hostOf),
    variables: plugins.flatMap((plugin) => listOf(at(at(plugin, "grants"), "env")).flatMap(textOf)),
  };
}

/** The folder that a path leads to, by which its modules are known. */
function leadsTo(path: string): Promise<string> {
  return Deno.realPath(path).catch(() => path);
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or nothing. */
function textOf(value: unknown): string[] {
  return typeof value === "string" && value !== "" ? [value] : [];
}

function addressOf(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}
