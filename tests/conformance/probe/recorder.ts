/**
 * What happened to the probe, in its order: kept, told to whoever has the phone `control` open, and, if it is
 * configured so, logged: a log can be read when nobody can hold a handle.
 *
 * @module
 */
import type { Phone } from "switchroom/plugin";
import type { Entry } from "./commands.ts";

const utf8 = new TextEncoder();

/** See the module. */
export class Recorder {
  readonly #entries: Entry[] = [];
  readonly #log: ((line: string) => void) | undefined;
  /** The phone whose handles are told. */
  control: Phone | undefined;

  /** @param log Takes a line for each entry. */
  constructor(log?: (line: string) => void) {
    this.#log = log;
  }

  /** Adds one entry. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    const bytes = utf8.encode(JSON.stringify(entry));
    this.control?.devSpecific(bytes);
    this.#log?.(`record ${entry.call} ${entry.phone}`);
  }

  /** All entries as JSON. */
  bytes(): Uint8Array {
    return utf8.encode(JSON.stringify(this.#entries));
  }
}
