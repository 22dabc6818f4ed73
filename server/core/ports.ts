/**
 * What the core asks of the world: time, ids, the history and the plugins. Everything else in `core` is pure.
 *
 * @module
 */
import type { PhoneCapabilities } from "./contract/capabilities.ts";
import { PhoneError } from "./contract/errors.ts";
import type { ButtonChange, StateChange, Wanted } from "./contract/events.ts";
import type { Fact } from "./contract/facts.ts";
import type { ButtonFunction, ButtonMode } from "./contract/names.ts";
import type { OfferedPhone } from "./contract/offered_phone.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "./contract/operations.ts";
import type { Cause, Outcome } from "./contract/record.ts";

/** Time. */
export interface Clock {
  /** Wall time in milliseconds since 1970: for people and filters, never for deadlines. */
  wall(): number;
  /** Milliseconds that only rise: for deadlines, leases and durations. */
  monotonic(): number;
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

/** Makes ids that cannot be guessed and never come twice. */
export type NextId = () => string;

/** The first row of a request. */
export interface Acceptance {
  /** Wall time, milliseconds. */
  at: number;
  operation: OperationName;
  /** As requested. */
  params: object;
  phone: string;
  plugin: string;
  application: { id: string; name: string };
  token: string;
  handle: string;
  reference?: string;
}

/** The second and last row of a request. */
export interface Completion {
  requestId: number;
  /** Wall time, milliseconds. */
  at: number;
  dispatchedAt: number | null;
  outcome: Outcome;
  /** 0 or a signed error. */
  result: number;
  cause?: Cause;
  /** The driver's own words for its error. */
  message?: string;
  reply: "sent" | "suppressed";
  /** How long it took from being taken, monotonic microseconds. */
  tookUs?: number;
}

/**
 * The history, as the core writes it. One queue: rows are on disk in the order of the calls.
 *
 * `accept` is refused when the history cannot be written; the others wait until it can be again, so that nothing that
 * happened is lost while the process lives. A promise resolves when its row is on disk; that of a fact that is dropped
 * resolves at once.
 */
export interface History {
  /** Why nothing can be accepted now, in words; undefined when it can. */
  readonly trouble: string | undefined;
  /**
   * Appends the first row of a request.
   *
   * @returns The request's id.
   * @throws {PhoneError} `RESOURCEUNAVAIL` if the history is in trouble or this row's commit fails; the row is then not
   * on disk.
   */
  accept(row: Acceptance): Promise<number>;
  /** Appends the last row of a request. */
  complete(row: Completion): Promise<void>;
  /** Appends that the reply of a completed request was withdrawn before it was delivered. */
  withdraw(requestId: number): Promise<void>;
  /** What a token is called, as the rows of whoever acts with it tell; undefined if that is not known. */
  nameOf(token: string): string | undefined;
  /** Appends another fact. Facts that nobody waits for are dropped, and counted, while the queue is full. */
  note(fact: Fact, options?: { optional?: boolean }): Promise<void>;
}

/** The way of one request, once its completion is on disk. Times are those of {@linkcode Clock.monotonic}. */
export interface RequestWay {
  requestId: number;
  outcome: Outcome;
  cause: Cause | undefined;
  /** When the core took it. */
  takenAt: number;
  /** When its acceptance was on disk; it went out in the same turn. */
  acceptedAt: number;
  /** Whether it went out to the plugin. */
  dispatched: boolean;
  /** When its end was known. */
  endedAt: number;
  /** When its completion was on disk. */
  completedAt: number;
}

/** Watches one request. */
export interface RequestObserver {
  /** Its acceptance is on disk. */
  accepted(requestId: number): void;
  /** Its completion is on disk. */
  completed(way: RequestWay): void;
}

/** Watches what the core does, for measuring it. It is called on the hot path and must neither throw nor wait. */
export interface Observer {
  /**
   * A request is taken. Called in the turn of the call that asked for it; one whose acceptance fails is not heard of
   * again.
   */
  taken(request: { operation: OperationName; phone: string; plugin: string }): RequestObserver;
}

/** An operation on its way to a plugin. */
export interface OutgoingOperation {
  requestId: number;
  /** The part of the phone's name after the colon. */
  phone: string;
  operation: OperationName;
  params: OperationParameters[OperationName];
  /** Milliseconds left until its deadline. */
  remainingMs: number;
}

/**
 * A running plugin, as the core drives it. `phone` is the part of a phone's name after the colon.
 *
 * Nothing here calls back into the core before it has returned (R43). A promise rejects with a `PhoneError` from the
 * driver, or with `PluginGone` when the plugin ends first; deadlines are the core's.
 */
export interface PluginProcess {
  /** Opens the phone: TSPI_phoneOpen. */
  open(phone: string, wanted: Wanted): Promise<void>;
  /** Aborts, settles and closes the phone: TSPI_phoneClose. Its completions come before it resolves. */
  close(phone: string): Promise<void>;
  /** Hands over an operation; its completion comes by {@linkcode PluginReports.completed}. */
  operate(operation: OutgoingOperation): void;
  /** Aborts the signal of one operation. */
  abort(requestId: number): void;
  /** Asks a getter. */
  get<Name extends GetterName>(
    phone: string,
    query: { getter: Name; params: GetterParameters[Name] },
  ): Promise<GetterResults[Name]>;
  /** Tells the union of the masks of the phone's handles as it is now (R83). */
  want(phone: string, wanted: Wanted): Promise<void>;
  /** Ends the process at once: it did not keep a deadline that it must keep. {@linkcode PluginReports.gone} follows. */
  kill(why: string): void;
}

/**
 * What waits for an answer of a plugin is told when its process ends first. Only the host can say so: a driver's error
 * of the same number says something else.
 */
export class PluginGone extends PhoneError {
  /** Makes the error. */
  constructor() {
    super("RESOURCEUNAVAIL", "The plugin's process has ended");
  }
}

/** Why a plugin's process is no more. */
export type GoneCause = Extract<Cause, "pluginStop" | "pluginCrash" | "pluginHang" | "protocolError">;

/** What one process of a plugin reports to the core. */
export interface PluginReports {
  /**
   * It offers a phone, new or known. Resolves when the core has taken it in; throws `PhoneError` if the id is already
   * offered or there is no room for it.
   */
  addPhone(phone: OfferedPhone): Promise<void>;
  /** It takes a phone away for good: PHONE_REMOVE. Resolves when the phone is closed and everybody told. */
  removePhone(phone: string): Promise<void>;
  /** An operation ended: 0, or the signed number of an error and the driver's words for it. */
  completed(requestId: number, end: { result: number; message?: string }): void;
  /** Something about an open phone changed. Gives how many handles were told. */
  state(phone: string, change: StateChange): number;
  /** A button went down or up. Gives how many handles were told. */
  button(phone: string, change: ButtonChange): number;
  /** A vendor's message, base64. Gives how many handles were told. */
  devSpecific(phone: string, params: string): number;
  /**
   * What a phone can do now, whole. Throws `PhoneError` if there is no room for it; then it can do what it could before.
   */
  capabilities(phone: string, capabilities: PhoneCapabilities): void;
  /** What `setButtonInfo` has made of a button of a phone. */
  buttonMeant(phone: string, meaning: { button: number; mode: ButtonMode; function: ButtonFunction }): void;
  /** The link to the device was made or broken. */
  connected(phone: string, connected: boolean): void;
  /** Something else has the device to itself, or has it no longer. */
  suspended(phone: string, suspended: boolean): void;
  /** It has begun to close the phone by itself: nothing more goes to it. */
  forceClosing(phone: string): void;
  /** It has completed everything and closed the phone: PHONE_CLOSE. */
  forceClosed(phone: string): void;
  /** It did what it must not, and lives on: the history is to say so. */
  fault(fault: string): void;
  /**
   * Its start has ended well. Phones that it did not offer again stay disconnected; if its operator had it start with
   * what the configuration says now (`anew`), they are taken away.
   */
  ready(options?: { anew: boolean }): void;
  /** Its process is no more. Resolves when its requests are completed and its handles told. */
  gone(cause: GoneCause, detail: string): Promise<void>;
}
