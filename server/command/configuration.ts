/**
 * What an operator says: the configuration file, and the flags that overrule it.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Bounds, DEFAULT_BOUNDS } from "../core/bounds.ts";
import { DEFAULT_LIMITS as HISTORY_LIMITS, type HistoryLimits } from "../history/mod.ts";
import { DEFAULT_HOST_BOUNDS, type HostBounds, type PluginConfig, pluginConfig } from "../host/mod.ts";
import { DEFAULT_LIMITS as HTTP_LIMITS, type Limits } from "../http/mod.ts";
import { MESSAGE_LIMIT } from "../plugin/frames.ts";
import { Misuse } from "./misuse.ts";

/** Bytes of a configuration file, at most. */
const LONGEST_FILE = 1_048_576;
const LONGEST_MS = 86_400_000;
/** What an operation carries must fit a message to its plugin. */
const LARGEST_BODY = MESSAGE_LIMIT * 3 / 4;

const FIRST_PARTY = [{ source: fileURLToPath(new URL("../../plugins/virtual", import.meta.url)) }];

const ms = (usual: number) => z.int().min(1).max(LONGEST_MS).default(usual);
const count = (usual: number) => z.int().min(1).max(1_000_000).default(usual);

/** The bounds of api.md, section 1, by the names an operator sets them by. */
const bounds = z.strictObject({
  openMs: ms(DEFAULT_BOUNDS.openMs),
  getterMs: ms(DEFAULT_BOUNDS.getterMs),
  operationMs: ms(DEFAULT_BOUNDS.operationMs),
  longestDeadlineMs: ms(DEFAULT_BOUNDS.longestDeadlineMs),
  closeMs: ms(DEFAULT_BOUNDS.closeMs),
  closeRowsMs: ms(DEFAULT_BOUNDS.closeRowsMs),
  inFlight: count(DEFAULT_BOUNDS.inFlight),
  applications: count(DEFAULT_BOUNDS.applications),
  handles: count(DEFAULT_BOUNDS.handles),
  eventBytes: z.int().min(1_024).max(1_073_741_824).default(DEFAULT_BOUNDS.eventBytes),
  streamHoldMs: ms(DEFAULT_BOUNDS.streamHoldMs),
  pluginStartMs: ms(DEFAULT_HOST_BOUNDS.startMs),
  pluginStopMs: ms(DEFAULT_HOST_BOUNDS.stopMs),
  heartbeatMs: ms(DEFAULT_HOST_BOUNDS.heartbeatMs),
  backOffMs: ms(DEFAULT_HOST_BOUNDS.backOffMs),
  bodyBytes: z.int().min(1_024).max(LARGEST_BODY).default(HTTP_LIMITS.bodyBytes),
  jsonDepth: z.int().min(2).max(1_000).default(HTTP_LIMITS.jsonDepth),
  historyRows: count(HISTORY_LIMITS.waitingRows),
  historyMs: ms(HISTORY_LIMITS.waitingMs),
});

const configurationFile = z.strictObject({
  /** The version of this format. */
  configuration: z.literal(1).default(1),
  listen: z.string().default("127.0.0.1:8274"),
  data: z.string().min(1).default("data"),
  durability: z.enum(["full", "normal"]).default("full"),
  bounds: bounds.prefault({}),
  plugins: z.array(pluginConfig).max(256).default(() => z.array(pluginConfig).parse(FIRST_PARTY)),
});

/** Everything that a server is told, checked and with every default. */
export interface Configuration {
  listen: { hostname: string; port: number };
  /** The data folder. */
  data: string;
  /** Whether a commit waits for the disk (`full`). */
  durability: "full" | "normal";
  core: Bounds;
  host: HostBounds;
  http: Limits;
  history: Partial<HistoryLimits>;
  plugins: PluginConfig[];
  /** No plugin is started. */
  safe: boolean;
}

/** The flags of `serve`. */
export interface Flags {
  config?: string | undefined;
  data?: string | undefined;
  listen?: string | undefined;
  /** No plugin is started. */
  safe?: boolean | undefined;
}

/**
 * Reads the configuration. Paths in a file are relative to its folder, those of flags to the working directory.
 *
 * @throws {Misuse} If the file cannot be read, or it or a flag is not valid; the message names the place.
 */
export async function readConfiguration(flags: Flags): Promise<Configuration> {
  const base = flags.config === undefined ? "." : dirname(flags.config);
  const file = configurationFile.safeParse(flags.config === undefined ? {} : await readJson(flags.config));
  if (!file.success) {
    const [issue] = file.error.issues;
    const place = issue?.path.join(".") || "the file";
    throw new Misuse(`The configuration ${flags.config} is not valid: ${place}: ${issue?.message}`);
  }
  const { listen, data, durability, bounds, plugins } = file.data;
  return {
    listen: address(flags.listen ?? listen),
    data: flags.data ?? resolve(base, data),
    durability,
    core: bounds,
    host: {
      startMs: bounds.pluginStartMs,
      stopMs: bounds.pluginStopMs,
      heartbeatMs: bounds.heartbeatMs,
      backOffMs: bounds.backOffMs,
    },
    http: { ...HTTP_LIMITS, bodyBytes: bounds.bodyBytes, jsonDepth: bounds.jsonDepth },
    history: { waitingRows: bounds.historyRows, waitingMs: bounds.historyMs },
    safe: flags.safe ?? false,
    plugins: flags.safe ? [] : plugins.map((plugin) => ({ ...plugin, source: resolve(base, plugin.source) })),
  };
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await Deno.stat(path);
    if (size > LONGEST_FILE) throw new Misuse(`it has ${size} bytes, at most ${LONGEST_FILE} are read`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Misuse(`Cannot read the configuration ${path}: ${wordsOf(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Misuse(`The configuration ${path} is not JSON: ${wordsOf(error)}`);
  }
}

/** Only loopback addresses: there is no TLS, and a token must not travel in the clear. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

function address(text: string): { hostname: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  const port = Number(digits);
  if (hostname === undefined || port > 65_535) {
    throw new Misuse(`Cannot listen on ${JSON.stringify(text)}: it must be HOST:PORT, such as 127.0.0.1:8274`);
  }
  if (!LOOPBACK.includes(hostname)) {
    throw new Misuse(
      `Cannot listen on ${hostname}: without TLS only ${
        LOOPBACK.join(", ")
      } are safe. Put a proxy that speaks TLS in front`,
    );
  }
  return { hostname, port };
}
