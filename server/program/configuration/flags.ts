/**
 * The flags of `serve`: one table, by which the command line, the launcher and the server's own process read them.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a server is started with. */
export const SERVE_FLAGS = {
  config: {
    type: "string",
    value: "FILE",
    path: true,
    says: "the configuration file (switchroom.json in its usual place)",
  },
  data: { type: "string", value: "DIR", path: true, says: "the data folder (the usual one)" },
  listen: { type: "string", value: "HOST:PORT", says: "the address (127.0.0.1:8274; port 0 is any free one)" },
  safe: { type: "boolean", says: "start no plugin" },
  "accept-history": { type: "boolean", says: "take the history as it is, though it is missing, older or another" },
} as const;

/** The flags of `serve`; their paths are absolute. */
export interface Flags {
  config?: string | undefined;
  data?: string | undefined;
  listen?: string | undefined;
  /** No plugin is started. */
  safe?: boolean | undefined;
  /** The history is taken as it is. */
  "accept-history"?: boolean | undefined;
}

/** Reads arguments that are flags of `serve` and nothing else; undefined if they are not. */
export function readFlags(args: readonly string[]): Flags | undefined {
  try {
    const { config, data, ...others } = parseArgs({ args: [...args], options: SERVE_FLAGS }).values;
    return {
      ...others,
      ...(config !== undefined && { config: resolve(config) }),
      ...(data !== undefined && { data: resolve(data) }),
    };
  } catch {
    return undefined;
  }
}

/** Flags as the arguments that they are read from. */
export function argumentsOf(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    typeof value === "string" ? [`--${name}=${value}`] : value ? [`--${name}`] : []
  );
}
