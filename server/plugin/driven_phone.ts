/**
 * One phone of a plugin: it drives the driver and keeps the close rules (contract, section 4).
 *
 * Its stages: closed → opening → open → closing → closed, again and again until it is removed. Opening and closing take
 * turns. Closing goes: signals abort, every operation ends (those past their deadline too), the driver closes, the
 * close is acknowledged; after that nothing comes from the phone. A forced close goes the same way without the driver's
 * `close`, because the device has let go by itself (R69).
 *
 * @module
 */
import { PHONE_ERRORS, PhoneError, wordsOf } from "../core/contract/errors.ts";
import type { PhoneState } from "../core/contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "../core/contract/operations.ts";
import { given, SerialQueue } from "../tools/mod.ts";
import type { CurrentCapabilities } from "./capabilities.ts";
import type { Driver, DriverGetters, DriverOperations } from "./driver.ts";
import { AFTER, BEFORE, type PlainGetter } from "./getters.ts";
import { ItemTurns } from "./item_turns.ts";
import { KnownValues } from "./known_values.ts";
import type { LiveCapabilities } from "./live_capabilities.ts";
import { itemsOf, overlappingOf, prepare, worksWithoutLink } from "./operations.ts";
import type { Phone } from "./phone.ts";
import type { PhoneChannel } from "./phone_channel.ts";
import { Reporter } from "./reporter.ts";
import { RunningOperation } from "./running_operation.ts";
import { settingsOf } from "./settings.ts";
import { completeStatus, statusFromGetters } from "./status.ts";
import type { StateValues, Wanted } from "../core/contract/events.ts";
import { clip, type OperateMessage } from "../wire/mod.ts";

/** What a phone is made from. */
export interface DrivenPhoneOptions {
  driver: Driver;
  capabilities: LiveCapabilities;
  connected: boolean;
  channel: PhoneChannel;
}

/** A phone between the wire and its driver: whatever the driver does, the wire hears what the rules allow. */
export class DrivenPhone implements Phone {
  readonly id: string;
  readonly #driver: Driver;
  readonly #capabilities: LiveCapabilities;
  readonly #channel: PhoneChannel;
  readonly #reporter: Reporter;
  readonly #values: KnownValues;
  readonly #operations = new Map<number, RunningOperation>();
  readonly #turns = new SerialQueue();
  readonly #itemTurns = new ItemTurns();
  readonly #overlapping: ReadonlySet<OperationName>;
  #stage: "closed" | "opening" | "open" | "closing" | "removed" = "closed";
  #connected: boolean;
  #suspended = false;
  #drained: (() => void) | undefined;

  /**
   * @param id The part of its name after the colon.
   * @param options What it is made from.
   * @throws {TypeError} If the driver lets operations overlap that there are not.
   */
  constructor(id: string, { driver, capabilities, connected, channel }: DrivenPhoneOptions) {
    this.id = id;
    this.#driver = driver;
    this.#overlapping = overlappingOf(driver);
    this.#capabilities = capabilities;
    this.#connected = connected;
    this.#channel = channel;
    this.#reporter = new Reporter(id, { send: (message) => channel.send(message) });
    this.#values = new KnownValues({
      reporter: this.#reporter,
      driver,
      capabilities: () => this.#capabilities.now,
    });
  }

  get wanted(): Wanted {
    return this.#reporter.wanted;
  }

  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (typeof connected !== "boolean") {
      throw new TypeError(`Cannot set connected to ${connected}: it is true or false`);
    }
    if (connected === this.#connected || this.#stage === "removed") return;
    this.#connected = connected;
    this.#values.forget();
    this.#channel.send({ type: "connected", phone: this.id, connected });
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  set suspended(suspended: boolean) {
    if (typeof suspended !== "boolean") {
      throw new TypeError(`Cannot set suspended to ${suspended}: it is true or false`);
    }
    if (suspended === this.#suspended || this.#stage === "removed") return;
    this.#suspended = suspended;
    this.#values.forget();
    this.#channel.send({ type: "suspended", phone: this.id, suspended });
  }

  get capabilities(): CurrentCapabilities {
    return this.#capabilities.current;
  }

  set capabilities(capabilities: CurrentCapabilities) {
    if (this.#stage === "removed") return;
    if (!this.#capabilities.change(capabilities)) return;
    this.#values.forget();
    this.#reporter.state("capsChange");
  }

  state(states: PhoneState | readonly PhoneState[], detail?: number | string): void {
    this.#values.reported(states, detail);
  }

  changed(values: StateValues): void {
    this.#values.changed(values);
  }

  button(...[id, mode, state]: Parameters<Phone["button"]>): void {
    this.#reporter.button(id, { mode, state });
  }

  devSpecific(params: Uint8Array): void {
    this.#reporter.devSpecific(params);
  }

  forceClose(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#stage !== "open") return;
      this.#channel.send({ type: "forceClosing", phone: this.id });
      await this.#drain();
      this.#shut();
      this.#channel.send({ type: "forceClosed", phone: this.id });
    });
  }

  /**
   * Opens the phone and acknowledges it, in that order and before any report (R12).
   *
   * @throws {PhoneError} What the driver says against it.
   */
  open(wanted: Wanted, acknowledge: () => void): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#stage !== "closed") throw new PhoneError("INUSE", `Phone ${this.id} is ${this.#stage}`);
      this.#stage = "opening";
      try {
        await this.#driver.open?.();
      } catch (error) {
        this.#stage = "closed";
        throw this.#failure("open", { error });
      }
      acknowledge();
      this.#stage = "open";
      this.#reporter.open(wanted);
    });
  }

  /** Closes the phone and acknowledges it; afterwards nothing comes from it (R57). */
  close(acknowledge: () => void): Promise<void> {
    return this.#turns.run(async () => {
      // It may have closed by force while the server's close was on its way.
      if (this.#stage === "open") {
        await this.#drain();
        try {
          await this.#driver.close?.();
        } catch (error) {
          this.#failure("close", { error });
        }
        this.#shut();
      }
      acknowledge();
    });
  }

  /** Takes note of what is wanted; whatever it is, it is accepted (R85). */
  want(wanted: Wanted): void {
    if (this.#stage === "open" || this.#stage === "closing") this.#reporter.open(wanted);
  }

  /** Drops whatever else it may say: it has been removed. */
  remove(): void {
    this.#shut();
    this.#stage = "removed";
  }

  /**
   * Aborts the signal of one operation, if it is still under way. Those that follow it at its items wait no longer than
   * a driver needs to heed the signal.
   */
  abort(requestId: number): void {
    const running = this.#operations.get(requestId);
    running?.abort("The request's deadline has passed");
    running?.turn.endSoon();
  }

  /** Runs one operation; its completion is sent exactly once (R30). */
  async operate(message: OperateMessage): Promise<void> {
    const { requestId } = message;
    let result = 0;
    let failed: string | undefined;
    let running: RunningOperation | undefined;
    if (this.#stage === "open") {
      running = new RunningOperation(requestId, {
        deadline: Date.now() + message.remainingMs,
        turn: this.#itemTurns.take(itemsOf(message.operation, message.params)),
      });
      this.#operations.set(requestId, running);
      try {
        await this.#perform(message.operation, { params: message.params, running });
      } catch (error) {
        const failure = this.#failure(message.operation, { error, aborted: running.aborted });
        result = failure.value;
        failed = clip(failure.message);
      }
      this.#operations.delete(requestId);
    } else {
      result = PHONE_ERRORS.OPERATIONFAILED.value;
      failed = `Phone ${this.id} is ${this.#stage}`;
    }
    this.#channel.send({ type: "done", requestId, result, ...given({ message: failed }) });
    running?.turn.end();
    if (this.#operations.size === 0) this.#drained?.();
  }

  /**
   * Answers a query.
   *
   * @throws {PhoneError} What the contract or the driver says against it.
   */
  async get<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): Promise<GetterResults[Name]>;
  async get(getter: GetterName, params: GetterParameters[GetterName]): Promise<GetterResults[GetterName]> {
    try {
      if (getter === "getStatus") return await this.#status();
      return await this.#query(getter, params as GetterParameters[PlainGetter]);
    } catch (error) {
      throw this.#failure(getter, { error });
    }
  }

  async #perform<Name extends OperationName>(
    operation: Name,
    { params, running }: { params: OperationParameters[Name]; running: RunningOperation },
  ): Promise<void> {
    const methods: DriverOperations = this.#driver;
    if (!methods[operation]) throw unavailable(operation);
    if (!running.turn.isNow) await running.comesToTurn();
    if (!worksWithoutLink(operation)) this.#requireUsable(operation);
    const capabilities = this.#capabilities.now;
    const fitted = prepare(operation, { params, capabilities });
    await this.#values.watch(settingsOf(operation, { params: fitted, capabilities }), {
      run: () => {
        // The next one may overlap with this from here on, but is not called before it.
        if (this.#overlapping.has(operation)) running.turn.end();
        return methods[operation]?.(fitted, running);
      },
      context: running,
    });
    if (operation === "setButtonInfo") this.#buttonMeant(params as OperationParameters["setButtonInfo"]);
  }

  /** The capabilities follow what a button was told to mean, before whoever told it is answered (R107). */
  #buttonMeant(params: OperationParameters["setButtonInfo"]): void {
    if (this.#capabilities.mean(params)) this.#reporter.state("capsChange");
  }

  async #query<Name extends PlainGetter>(getter: Name, params: GetterParameters[Name]): Promise<GetterResults[Name]> {
    const methods: DriverGetters = this.#driver;
    if (!methods[getter]) throw unavailable(getter);
    this.#requireUsable(getter);
    // What the answer is made whole by is what the question was checked by, whatever changes meanwhile.
    const capabilities = this.#capabilities.now;
    const known = BEFORE[getter](params, capabilities);
    if (known) return known;
    return AFTER[getter](await methods[getter](params), { params, capabilities });
  }

  async #status(): Promise<GetterResults["getStatus"]> {
    const capabilities = this.#capabilities.now;
    const told = this.#driver.getStatus
      ? await this.#driver.getStatus({})
      : await statusFromGetters((getter, params) => this.#query(getter, params), capabilities);
    return completeStatus(told, { capabilities, connected: this.#connected, suspended: this.#suspended });
  }

  /** Aborts every operation and waits until the last one has ended and been completed (R54, R55). */
  async #drain(): Promise<void> {
    this.#stage = "closing";
    if (this.#operations.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    for (const running of this.#operations.values()) running.abort("The phone is closing");
    await promise;
    this.#drained = undefined;
  }

  #shut(): void {
    this.#stage = "closed";
    this.#reporter.close();
    this.#values.close();
  }

  /**
   * What an error means to the server. A driver that gives up when told to is not worth a line; anything else
   * unforeseen is.
   */
  #failure(what: string, { error, aborted = false }: { error: unknown; aborted?: boolean }): PhoneError {
    if (error instanceof PhoneError) return error;
    if (!aborted) {
      const words = error instanceof Error && error.stack ? error.stack : wordsOf(error);
      this.#channel.log("error", `${what} of phone ${this.id} failed: ${words}`);
    }
    return new PhoneError("OPERATIONFAILED", wordsOf(error));
  }

  #requireUsable(what: string): void {
    if (this.#connected && !this.#suspended) return;
    const state = this.#connected ? "suspended" : "disconnected";
    throw new PhoneError("INVALPHONESTATE", `Cannot ${what}: phone ${this.id} is ${state}`);
  }
}

function unavailable(method: string): PhoneError {
  return new PhoneError("OPERATIONUNAVAIL", `The driver of this phone has no ${method}`);
}
