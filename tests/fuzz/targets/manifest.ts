/**
 * Manifests of plugins, with the schema of their configuration and the permissions that they ask for.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { checkConfig } from "../../../server/host/config_check.ts";
import { permissionFlags } from "../../../server/host/grants.ts";
import { readManifest } from "../../../server/host/manifest.ts";
import { PluginRefusal } from "../../../server/host/refusal.ts";
import corpus from "../corpus/manifest.json" with { type: "json" };
import { type Json, nearlyJson } from "../inputs/json.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { WrittenFile } from "../world/written_file.ts";

/** What may be told of a manifest, in characters: as much as may be read of it, a few times over. */
const LONGEST_WORDS = 262_144;

const plain = { manifest: 1, name: "lobby", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" };

const EXAMPLES: readonly Json[] = [
  plain,
  { ...plain, description: "Phones in the lobby", config: {} },
  {
    ...plain,
    permissions: {
      net: ["192.168.4.0/24", "host:5060", "[2001:db8::1]:80"],
      read: ["/etc/hosts"],
      write: ["data"],
      env: ["HOME"],
      run: ["sh"],
      sys: ["hostname"],
    },
  },
  {
    ...plain,
    config: {
      type: "object",
      properties: {
        host: { type: "string", minLength: 1, pattern: "^[a-z]+$" },
        port: { type: "integer", minimum: 1, maximum: 65535, default: 5060 },
        secret: { type: "string", writeOnly: true },
        lines: { type: "array", items: { $ref: "#/$defs/line" }, maxItems: 4, uniqueItems: true },
        mode: { enum: ["a", "b", 3, null] },
        either: { oneOf: [{ type: "string", format: "uri" }, { type: "null" }] },
      },
      required: ["host"],
      additionalProperties: false,
      $defs: { line: { type: "object", properties: { next: { $ref: "#/$defs/line" } } } },
    },
  },
];

const CONFIGS: readonly Record<string, unknown>[] = [
  {},
  { host: "pbx", port: 5060, lines: [{ next: { next: {} } }], mode: "a", either: null },
  { host: 1, port: "x", more: true },
];

/** See the module. */
export const manifest: Target<string> = {
  name: "manifest",
  share: 4,
  noise: HEAP_NOISE,
  corpus,
  inputs: nearlyJson(EXAMPLES),
  open: () => Promise.resolve(new ManifestSubject()),
};

class ManifestSubject implements Subject<string> {
  readonly #file = new WrittenFile("plugin.json");

  async attempt(text: string): Promise<void> {
    this.#file.write(text);
    try {
      const { config, permissions } = await readManifest(this.#file.folder);
      // What it asks for is granted as it is: whether a value can be one is asked all the same.
      const flags = permissionFlags(permissions, permissions);
      ok(flags.every((flag) => /^--allow-(net|read|write|env|run|sys)=[^,]/.test(flag)), flags.join(" "));
      for (const each of CONFIGS) refusable(() => checkConfig(config, each));
    } catch (error) {
      check(error);
    }
  }

  async goOn(): Promise<void> {
    this.#file.write(JSON.stringify(EXAMPLES[3]));
    const { config } = await readManifest(this.#file.folder);
    checkConfig(config, CONFIGS[1] ?? {});
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

function refusable(run: () => void): void {
  try {
    run();
  } catch (error) {
    check(error);
  }
}

function check(error: unknown): void {
  if (!(error instanceof PluginRefusal)) throw error;
  ok(error.message.length <= LONGEST_WORDS, `words of ${error.message.length} characters`);
}
