/**
 * What is known of a phone's values while it is open, so that every change is told, and told once (R102, Q30): what a
 * fulfilled operation has changed is told here, unless its driver has; and what a driver tells of it later is not told
 * again.
 *
 * @module
 */
import type { PhoneCapabilities } from "../core/contract/capabilities.ts";
import type { StateValues } from "../core/contract/events.ts";
import type { PhoneState } from "../core/contract/names.ts";
import { given, unlessAborted, within } from "../tools/mod.ts";
import type { Driver, DriverContext } from "./driver.ts";
import { type Reporter, saysValue } from "./reporter.ts";
import { ask, isKnown, type Setting, settingsIn, type Thing, type Value, valuesOf } from "./settings.ts";

/** How long a driver has to say what was before: an operation waits for it no longer. */
const ANSWER_MS = 1_000;
/** For how long it is not asked again what it could not say: an operation would wait for nothing. */
const SILENCE_MS = 60_000;

/** What it works with. */
export interface KnownValuesOptions {
  reporter: Reporter;
  /** Who is asked for what is not known. */
  driver: Driver;
  /** What the phone can do now. */
  capabilities(): PhoneCapabilities;
  /** Milliseconds that only rise. */
  now?: () => number;
}

/** See the module. */
export class KnownValues {
  readonly #options: KnownValuesOptions;
  readonly #values = new Map<string, Value>();
  /** When its driver has told of a thing, or of all of a state: counted in such tellings. */
  readonly #told = new Map<string, number>();
  #tellings = 0;
  /** What the driver is being asked: whoever needs to know waits for the same answer. */
  readonly #questions = new Map<string, Promise<void>>();
  /** What the driver could not say, and when that was seen. */
  readonly #unsaid = new Map<string, number>();
  readonly #now: () => number;
  /** What was told here, and not by the driver since: it may yet tell of the same change. */
  readonly #echoes = new Set<string>();
  #forgotten = 0;
  #closings = 0;

  /** @param options What it works with. */
  constructor(options: KnownValuesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Forgets everything: nobody knows what happens to a phone that is out of reach. */
  forget(): void {
    this.#values.clear();
    this.#questions.clear();
    this.#unsaid.clear();
    this.#echoes.clear();
    this.#forgotten = ++this.#tellings;
  }

  /** Forgets everything, and tells nothing any more of what was asked before (R57). */
  close(): void {
    this.forget();
    this.#closings++;
  }

  /**
   * Runs an operation of the driver, and tells what it has changed once it is fulfilled. It begins in the same turn
   * unless the driver takes its time to say what was before.
   *
   * @param settings What the operation sets.
   * @throws Whatever it rejects with; the signal's reason, if that aborts before it has begun.
   */
  async watch(
    settings: readonly Setting[],
    { run, context }: { run: () => Promise<void> | void; context: Pick<DriverContext, "signal"> },
  ): Promise<void> {
    const unknown = settings.filter((thing) => this.#isWanted(thing) && !isKnown(this.#values.get(keyOf(thing))));
    const answers = unknown.flatMap((thing) => this.#learn(thing) ?? []);
    if (answers.length > 0) await unlessAborted(Promise.all(answers), context.signal);
    const since = this.#tellings;
    await run();
    for (const setting of settings) this.#fulfilled(setting, since);
  }

  /** The driver tells that something has changed; what it is now, a detail may say. */
  reported(reported: PhoneState | readonly PhoneState[], detail?: number | string): void {
    const { reporter } = this.#options;
    const [state, ...others] = typeof reported === "string" ? [reported] : reported;
    if (state === undefined) return;
    const thing = others.length > 0 ? undefined : thingOf(state, detail);
    if (thing && this.#echoes.delete(keyOf(thing))) {
      if (!saysValue(state)) return void this.#tellUnlessKnown(thing);
      if (this.#values.get(keyOf(thing)) === detail) return;
    }
    reporter.state(reported, detail);
    if (!reporter.isOpen) return;
    if (thing) this.#learnTold(thing, saysValue(state) ? detail : undefined);
    else for (const each of [state, ...others]) this.#learnTold({ state: each }, undefined);
  }

  /**
   * The driver tells what something is now.
   *
   * @throws {TypeError} If a state has no value, or not such a one.
   */
  changed(values: StateValues): void {
    const { reporter, capabilities } = this.#options;
    for (const setting of settingsIn(values, capabilities())) {
      if (!reporter.isOpen) return;
      const key = keyOf(setting);
      const before = this.#values.get(key);
      const value = setting.value(before);
      this.#echoes.delete(key);
      this.#learnTold(setting, value);
      if (before !== value) this.#tell(setting, value);
    }
  }

  #fulfilled(setting: Setting, since: number): void {
    const key = keyOf(setting);
    // What is known by now may be of another display than the one that was written to.
    const isForgotten = this.#forgotten > since;
    const before = isForgotten ? undefined : this.#values.get(key);
    const value = setting.value(before);
    const told = this.#wasTold(setting, since);
    // Where the driver has told what it is, that is so, whatever was asked.
    if (told && isKnown(before)) return;
    if (!isForgotten) this.#values.set(key, value);
    if (told || before === value) return;
    if (!isForgotten) this.#echoes.add(key);
    this.#tell(setting, isForgotten && setting.state === "display" ? undefined : value);
  }

  /** Takes note of what the driver has told; without an id it is of all lamps, or of all buttons. */
  #learnTold({ state, id }: Thing, value: Value): void {
    const key = keyOf({ state, ...given({ id }) });
    this.#told.set(key, ++this.#tellings);
    if (value !== undefined) {
      this.#values.set(key, value);
      return;
    }
    for (const known of this.#values.keys()) {
      if (known === key || (id === undefined && known.startsWith(`${state} `))) this.#values.delete(known);
    }
  }

  /**
   * Asks for what is not known, unless that is being asked already or could not be said. What the driver tells meanwhile
   * is newer than its answer.
   */
  #learn(thing: Thing): Promise<void> | undefined {
    const key = keyOf(thing);
    const question = this.#questions.get(key);
    if (question || this.#now() - (this.#unsaid.get(key) ?? -Infinity) < SILENCE_MS) return question;
    const since = this.#tellings;
    const asked = this.#ask(thing, (value) => {
      if (this.#forgotten > since) return;
      this.#questions.delete(key);
      if (value === undefined) this.#unsaid.set(key, this.#now());
      else if (!this.#wasTold(thing, since) && !isKnown(this.#values.get(key))) this.#values.set(key, value);
    });
    if (asked) this.#questions.set(key, asked);
    return asked;
  }

  /** Tells of a change that may have been told already, unless it is seen that nothing has changed since. */
  #tellUnlessKnown(thing: Thing): void {
    const closings = this.#closings;
    const since = this.#tellings;
    void this.#ask(thing, (answered) => {
      if (closings !== this.#closings) return;
      const value = this.#forgotten > since ? undefined : answered;
      if (isKnown(value) && this.#values.get(keyOf(thing)) === value) return;
      this.#learnTold(thing, value);
      this.#tell(thing, value);
    });
  }

  /** Asks the driver. Where it answers at once, so is the answer taken: nothing waits for it then. */
  #ask(thing: Thing, take: (value: Value) => void): Promise<void> | undefined {
    const { driver, capabilities } = this.#options;
    let answer: Promise<Value> | Value = undefined;
    try {
      answer = ask(thing, { driver, capabilities: capabilities() });
    } catch {
      // What it cannot say is not known.
    }
    if (!(answer instanceof Promise)) return void take(answer);
    return within(answer, ANSWER_MS).then(async (ended) =>
      take(ended ? await answer.catch(() => undefined) : undefined)
    );
  }

  #tell(thing: Thing, value: Value): void {
    // Its values would be made for nobody.
    if (!this.#isWanted(thing)) return;
    const { state, id } = thing;
    const { reporter, capabilities } = this.#options;
    const detail = saysValue(state) ? value : id;
    reporter.tell({
      states: [state],
      // What `other` tells of has no detail (Q31).
      ...given({
        detail: state === "other" ? undefined : detail,
        values: valuesOf(thing, { value, capabilities: capabilities() }),
      }),
    });
  }

  #wasTold(thing: Thing, since: number): boolean {
    return Math.max(this.#told.get(keyOf(thing)) ?? 0, this.#told.get(thing.state) ?? 0) > since;
  }

  #isWanted({ state }: Thing): boolean {
    return this.#options.reporter.wanted.states.includes(state);
  }
}

function keyOf({ state, id }: Thing): string {
  return id === undefined ? state : `${state} ${id}`;
}

/** What a report of a single state is of. */
function thingOf(state: PhoneState, detail: number | string | undefined): Thing {
  return state === "lamp" && typeof detail === "number" ? { state, id: detail } : { state };
}
