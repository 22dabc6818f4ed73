/**
 * Real plugin processes under a real host; the core's part is played by a recorder.
 *
 * @module
 */
import { createHost, type Host, type HostBounds, type LogEntry, type PluginConfig } from "../../server/host/mod.ts";
import type { OutgoingOperation, PluginIntake, PluginProcess, PluginReports } from "../../server/core/mod.ts";
import type { Masks } from "../../server/core/contract/events.ts";

/** Something that the host told the core: the method and its arguments. */
export type Told = [name: string, ...args: unknown[]];

/** What a test says about its plugin. */
export interface PluginSource {
  /** The module; a whole plugin in most tests. */
  code: string;
  /** Fields of the manifest that differ from a plain one. */
  manifest?: Record<string, unknown>;
  /** Other files of the folder. */
  files?: Record<string, string>;
}

/** How long anything may take before the test counts as hung. */
const PATIENCE_MS = 20_000;

/** Quick enough for tests, patient enough for a busy machine. */
const BOUNDS: Partial<HostBounds> = { backOffMs: 1 };

/** The states that nothing but a command or a crash leads out of. */
const REST = /^(ready|stopped|needsGrant|givenUp)$/;

/** Nothing is wanted. */
export const NOTHING: Masks = { states: [], buttonModes: [], buttonStates: [] };

/** A plugin with one phone `p` whose driver is the given text. */
export function onePhone(driver: string, before = ""): string {
  return `import { definePlugin, PhoneError } from "switchroom/plugin";
${before}
export default definePlugin((host, config) => ({
  async start() { const phone = await host.addPhone({ id: "p", name: "P" }, ${driver}); },
}));`;
}

/** Writes a plugin into a folder of its own; gives the folder. */
export async function writePlugin(parent: string, { code, manifest, files = {} }: PluginSource): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: parent });
  const plain = { manifest: 1, name: "test", version: "1.0.0", switchroom: "^1.0", entry: "./main.ts" };
  await Deno.writeTextFile(`${folder}/plugin.json`, JSON.stringify({ ...plain, ...manifest }));
  await Deno.writeTextFile(`${folder}/main.ts`, code);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  return folder;
}

/** A host with its plugins, and everything that it told the core and its log. Disposing of it stops it. */
export class HostBench implements AsyncDisposable {
  readonly told: Told[] = [];
  readonly log: LogEntry[] = [];
  readonly processes: PluginProcess[] = [];
  readonly #waiting = new Set<() => void>();
  #looking = false;
  /** The data folder. */
  readonly folder: string;
  /** The first plugin's folder. */
  readonly source: string;
  readonly host: Host;
  /** What the core takes to tell everybody that a plugin is gone. */
  telling: Promise<void> = Promise.resolve();
  /** How many handles each event reaches. */
  handles = 1;
  /** What the core takes to close the phones of a plugin that is stopped. */
  releasing: Promise<void> = Promise.resolve();

  private constructor(
    folder: string,
    { bounds, ...options }: {
      plugins: PluginConfig[];
      bounds?: Partial<HostBounds>;
      safe?: boolean;
      releaseMs?: number;
    },
  ) {
    this.folder = folder;
    this.source = options.plugins[0]?.source ?? "";
    this.host = createHost({
      folder,
      ...options,
      bounds: { ...BOUNDS, ...bounds },
      intake: this.#intake(),
      log: (entry) => {
        this.log.push(entry);
        this.#look();
      },
    });
  }

  /** A host of plugins whose folders exist; not started. */
  static async of(
    plugins: (parent: string) => Promise<PluginConfig[]> | PluginConfig[],
    options: { bounds?: Partial<HostBounds>; safe?: boolean; releaseMs?: number } = {},
  ): Promise<HostBench> {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    return new HostBench(folder, { plugins: await plugins(folder), ...options });
  }

  /** A host of one plugin that is written for the test; started, and waited for until it is not tried again. */
  static async run(
    source: PluginSource,
    { config, bounds }: { config?: Partial<PluginConfig>; bounds?: Partial<HostBounds> } = {},
  ): Promise<HostBench> {
    const bench = await HostBench.of(
      async (parent) => [{ source: await writePlugin(parent, source), ...config }],
      { bounds: bounds ?? {} },
    );
    await bench.host.start();
    await bench.untilTrue("its rest", () => REST.test(bench.condition.state));
    return bench;
  }

  /** The newest process of the plugin. */
  get process(): PluginProcess {
    const process = this.processes.at(-1);
    if (!process) throw new Error(`no process was admitted: ${JSON.stringify(this.told)}`);
    return process;
  }

  /** How the first plugin is. */
  get condition() {
    const [condition] = this.host.conditions();
    if (!condition) throw new Error("the host has no plugin");
    return condition;
  }

  /** The log as one text. */
  get logText(): string {
    return this.log.map(({ text }) => text).join("\n");
  }

  /** Asks the phone `p` for a devSpecific operation. */
  operate(requestId: number, operation: Partial<OutgoingOperation> = {}): void {
    this.process.operate({
      requestId,
      phone: "p",
      operation: "devSpecific",
      params: { params: "" },
      remainingMs: 30_000,
      ...operation,
    });
  }

  /** The first thing, of those told and of those to come, that is looked for. */
  async until(what: string, matches: (told: Told) => boolean): Promise<Told> {
    await this.untilTrue(what, () => this.told.some(matches));
    return this.told.find(matches) ?? ["nothing"];
  }

  /** Waits until something holds; it is looked at whenever anything is told or logged. */
  async untilTrue(what: string, holds: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => holds() && resolve();
    const timer = setTimeout(() => {
      reject(new Error(`${what} did not come: ${JSON.stringify([this.told, this.host.conditions(), this.logText])}`));
    }, PATIENCE_MS);
    this.#waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.stop();
    await Deno.remove(this.folder, { recursive: true });
  }

  #intake(): PluginIntake {
    const tell = (...told: Told) => {
      this.told.push(told);
      this.#look();
    };
    return {
      enable: (names) => tell("enable", names),
      settle: (name) => tell("settle", name),
      closePhones: (name) => {
        tell("release", name);
        return this.releasing;
      },
      admit: (name, process) => {
        this.processes.push(process);
        tell("admit", name);
        return this.#events(tell);
      },
    };
  }

  #events(tell: (...told: Told) => void): PluginReports {
    return {
      addPhone: (phone) => Promise.resolve(tell("addPhone", phone)),
      removePhone: (phone) => Promise.resolve(tell("removePhone", phone)),
      completed: (id, { result, message }) => tell("completed", id, result, ...message === undefined ? [] : [message]),
      state: (phone, { states, detail }) => {
        tell("state", phone, states, detail);
        return this.handles;
      },
      button: (phone, { button, mode, state }) => {
        tell("button", phone, button, mode, state);
        return this.handles;
      },
      devSpecific: (...args) => {
        tell("devSpecific", ...args);
        return this.handles;
      },
      capabilities: (...args) => tell("capabilities", ...args),
      buttonMeant: (...args) => tell("buttonMeant", ...args),
      connected: (...args) => tell("connected", ...args),
      suspended: (...args) => tell("suspended", ...args),
      forceClosing: (phone) => tell("forceClosing", phone),
      forceClosed: (phone) => tell("forceClosed", phone),
      fault: (fault) => tell("fault", fault),
      ready: () => tell("ready"),
      gone: (cause, detail) => {
        tell("gone", cause, detail);
        return this.telling;
      },
    };
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    // Once for everything that is told in a row, and never inside a call of the host.
    queueMicrotask(() => {
      this.#looking = false;
      for (const look of this.#waiting) look();
    });
  }
}
