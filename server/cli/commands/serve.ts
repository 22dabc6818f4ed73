import { EXIT, serve as serveUntilStopped } from "../../program/mod.ts";
import { command, type Option } from "../parsing/command.ts";

/** What a server is started with; `doctor` takes them too, to look at the same installation. */
export const SERVE_OPTIONS = {
  config: { type: "string", value: "FILE", path: true, says: "the configuration file" },
  data: { type: "string", value: "DIR", path: true, says: "the data folder (data)" },
  listen: { type: "string", value: "HOST:PORT", says: "the address (127.0.0.1:8274; port 0 is any free one)" },
  safe: { type: "boolean", says: "start no plugin" },
  "accept-history": { type: "boolean", says: "take the history as it is, though it is missing, older or another" },
} as const satisfies Record<string, Option>;

/** `serve`. */
export const serve = command({
  words: "serve",
  says: "Starts the server",
  parameters: {},
  options: SERVE_OPTIONS,
  examples: ["serve", "serve --config switchroom.json", "serve --data /var/lib/switchroom --listen 127.0.0.1:0"],
  async run(flags) {
    await serveUntilStopped(flags);
    return EXIT.orderly;
  },
});
