/**
 * The log of one plugin, bounded: a plugin that prints without end must cost neither the server's disk nor its loop.
 *
 * @module
 */
import type { LogLevel, LogLine } from "../core/contract/managed_plugin.ts";
import { spaced } from "../core/contract/text.ts";
import { TokenBucket } from "../tools/mod.ts";
import { clip, TEXT_LIMIT } from "../wire/mod.ts";
import type { LoopShare } from "./loop_share.ts";

/** A line on its way into the server's log. */
export interface LogEntry extends Omit<LogLine, "at"> {
  /** The plugin's name; empty for what concerns no single one. */
  readonly plugin: string;
}

/** How much is kept for an operator who asks later. */
const KEPT_LINES = 200;
const KEPT_CHARACTERS = 65_536;

/** How many lines may come at once, and how many a second over time; a long one counts as several. */
const BURST = 200;
const LINES_A_SECOND = 50;
/** Characters of a line, as it counts. */
const LINE_CHARACTERS = 400;

/** A printed line, and how urgent it is where it says so as services tell systemd: sd-daemon(3). */
const PRINTED = /^(?:<([0-7])>)?(.*)$/s;

/** A line that says why a process ends, as against the stack trace that follows it. */
const REASON = /\b(?:error|fatal|panic)/i;

/** Takes lines of one plugin and lets through no more than a bounded number; what is dropped is counted and told. */
export class PluginLog {
  readonly #plugin: string;
  readonly #write: (entry: LogEntry) => void;
  readonly #bucket = new TokenBucket({ burst: BURST, perSecond: LINES_A_SECOND });
  readonly #kept: LogLine[] = [];
  #keptCharacters = 0;
  #dropped = 0;
  #lastWords = "";

  /**
   * @param plugin The plugin's name.
   * @param write Takes each line that is let through.
   */
  constructor(plugin: string, write: (entry: LogEntry) => void) {
    this.#plugin = plugin;
    this.#write = write;
  }

  /** The last printed line that tells of an error, for telling why a process ended; empty if there was none. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /**
   * The newest lines that were let through, oldest first: 200 or 64 Ki characters at most, over all processes of the
   * plugin.
   */
  get lines(): readonly LogLine[] {
    return this.#kept;
  }

  /** Forgets the last words: a new process begins. */
  begin(): void {
    this.#lastWords = "";
  }

  /** Takes a line that the plugin printed. */
  printed(text: string): void {
    const [, priority, line = ""] = PRINTED.exec(text) ?? [];
    if (line.trim() === "") return;
    if (REASON.test(line)) this.#lastWords = clean(line);
    this.add(levelOf(priority), line);
  }

  /** Takes one line. */
  add(level: LogLevel, text: string): void {
    if (!this.#bucket.take(Math.max(1, text.length / LINE_CHARACTERS))) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      this.#let("warn", `${this.#dropped} lines were dropped: too many at once`);
      this.#dropped = 0;
    }
    this.#let(level, clean(text));
  }

  #let(level: LogLevel, text: string): void {
    this.#write({ plugin: this.#plugin, level, text });
    this.#kept.push({ at: new Date().toISOString(), level, text });
    this.#keptCharacters += text.length;
    while (this.#kept.length > KEPT_LINES || this.#keptCharacters > KEPT_CHARACTERS) {
      this.#keptCharacters -= this.#kept.shift()?.text.length ?? 0;
    }
  }
}

/**
 * Hands every line of a stream to a function, until the stream ends or is cancelled. A line longer than a log line is
 * cut and its rest dropped.
 */
export async function readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { take, share }: { take: (line: string) => void; share: LoopShare },
): Promise<void> {
  const decoder = new TextDecoder();
  let line = "";
  for (let read = await share.waitFor(reader.read()); !read.done; read = await share.waitFor(reader.read())) {
    const [first = "", ...others] = decoder.decode(read.value, { stream: true }).split("\n");
    line += first.slice(0, TEXT_LIMIT - line.length);
    for (const next of others) {
      take(line);
      if (share.isSpent) await share.yield();
      line = next.slice(0, TEXT_LIMIT);
    }
  }
  if (line !== "") take(line);
}

function levelOf(priority: string | undefined): LogLevel {
  if (priority === undefined || priority === "5" || priority === "6") return "info";
  if (priority === "7") return "debug";
  return priority === "4" ? "warn" : "error";
}

/** One line: a plugin must not forge lines of others, nor move the cursor of a terminal. */
function clean(text: string): string {
  return clip(spaced(text));
}
