/**
 * The entry of a plugin's process: it loads the plugin and speaks with the host over standard input and output.
 *
 * The host's import map says what `switchroom:entry` is; a static import needs no permission to read it. The process
 * ends itself when the host is gone, and leaves signals of the terminal to the host, which stops it in order.
 *
 * @module
 */
import { leave, read, write } from "./runner_io.ts";
// A namespace, so that a module without a default export is told in our words and not as a failure to link.
import * as entry from "switchroom:entry";
import { clip, FrameReader, FrameWriter, type FromPlugin, type ToPlugin } from "../wire/mod.ts";
import process from "node:process";
import { setImmediate } from "node:timers";
import { Connection } from "./connection.ts";
import { wordsOf } from "../core/contract/errors.ts";

const READ_BYTES = 65_536;

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});

/** What can wait for the next turn of the loop: operations that follow one another at an item end in the same one. */
const OF_OPERATIONS: readonly FromPlugin["type"][] = ["done", "state"];

const writer = new FrameWriter(write, setImmediate);
const connection = new Connection(entry.default, {
  send(message) {
    writer.send(message);
    // What a plugin says before it hangs is what its author needs, and whatever it does next can end its process.
    if (message.type === "log") writer.flush();
    else if (!OF_OPERATIONS.includes(message.type)) queueMicrotask(() => writer.flush());
  },
  stopped() {
    writer.flush();
    leave(0);
  },
});

/** An error that nobody caught: the process would die of it without a word, so it says it and dies. */
function fault(error: unknown): never {
  console.error(error);
  const words = error instanceof Error ? `${error.name}: ${error.message}` : wordsOf(error);
  writer.send({ type: "fault", message: clip(words) });
  writer.flush();
  leave(1);
}

/** How much processor time it takes, and how late its timers are: as last seen. */
const vitals = { cpu: 0, lagMs: 0 };

/** Looks every so often at the vitals. */
function watchVitals(everyMs: number): void {
  let lastAt = performance.now();
  let lastCpu = process.cpuUsage();
  setInterval(() => {
    const at = performance.now();
    const { user, system } = process.cpuUsage(lastCpu);
    vitals.cpu = (user + system) / 1_000 / (at - lastAt);
    vitals.lagMs = Math.max(0, at - lastAt - everyMs);
    lastAt = at;
    lastCpu = process.cpuUsage();
  }, everyMs);
}

addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fault(event.reason);
});
addEventListener("error", (event) => {
  event.preventDefault();
  fault(event.error);
});

const reader = new FrameReader();
const buffer = new Uint8Array(READ_BYTES);
for (let length = await read(buffer); length !== null; length = await read(buffer)) {
  for (const messages of reader.push(buffer.subarray(0, length))) {
    for (const message of messages as ToPlugin[]) {
      connection.receive(message);
      if (message.type === "hello") watchVitals(message.beatMs);
      else if (message.type === "beat") {
        writer.send({ type: "beat", beat: message.beat, rssBytes: Deno.memoryUsage().rss, ...vitals });
      }
    }
  }
}
leave(0);
