/**
 * Configuration files.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { readConfiguration } from "../../../server/program/configuration/read.ts";
import { Misuse } from "../../../server/program/exit.ts";
import corpus from "../corpus/configuration.json" with { type: "json" };
import { type Json, nearlyJson } from "../inputs/json.ts";
import type { Subject, Target } from "../target.ts";
import { HEAP_NOISE, heapBytes } from "../world/heap.ts";
import { WrittenFile } from "../world/written_file.ts";

/** What is told of a file is one line that a terminal can show. */
const LONGEST_WORDS = 8_000;

const EXAMPLES: readonly Json[] = [
  {},
  { $schema: "docs/configuration.schema.json", configuration: 1, listen: "127.0.0.1:0", data: "data" },
  { listen: "[::1]:8274", durability: "normal", log: { level: "debug", format: "json" } },
  { listen: "0.0.0.0:8274", tls: { cert: "cert.pem", key: "key.pem" } },
  { listen: "0.0.0.0:8274", trustedProxies: ["10.0.0.0/8", "::1", "2001:db8::/32"] },
  {
    bounds: {
      operationMs: 5_000,
      closeMs: 4_000,
      pluginStopMs: 2_000,
      stopMs: 20_000,
      inFlight: 10,
      bodyBytes: 65_536,
    },
  },
  {
    plugins: [
      {
        source: "../lobby",
        name: "lobby",
        enabled: true,
        config: { host: "pbx" },
        grants: { net: ["pbx:5060"] },
        heapMb: 64,
      },
      { source: "plugins/virtual" },
    ],
  },
];

/** See the module. */
export const configuration: Target<string> = {
  name: "configuration",
  share: 4,
  noise: HEAP_NOISE,
  corpus,
  inputs: nearlyJson(EXAMPLES),
  open: () => Promise.resolve(new ConfigurationSubject()),
};

class ConfigurationSubject implements Subject<string> {
  readonly #file = new WrittenFile("switchroom.json");

  async attempt(text: string): Promise<void> {
    this.#file.write(text);
    try {
      const { listen, stop } = await readConfiguration({ config: this.#file.path });
      ok(listen.port >= 0 && listen.port <= 65_535 && listen.hostname !== "", JSON.stringify(listen));
      ok(Object.values(stop).every((ms) => ms > 0), JSON.stringify(stop));
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      ok(!/[\n\r]/.test(error.message), `words of several lines: ${JSON.stringify(error.message)}`);
      ok(error.message.length <= LONGEST_WORDS, `words of ${error.message.length} characters`);
    }
  }

  async goOn(): Promise<void> {
    this.#file.write(JSON.stringify(EXAMPLES.at(-1)));
    const { plugins } = await readConfiguration({ config: this.#file.path });
    ok(plugins.length === 2);
  }

  memory(): Promise<number> {
    return Promise.resolve(heapBytes());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}
