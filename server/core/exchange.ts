/**
 * What the core remembers: applications, phones, handles and requests, and how they hang together.
 *
 * - An **application** is a client's session; it holds **handles**.
 * - A **phone** is a device that a plugin offers. However many handles are open on it, the plugin has it open once: its **session** (R1).
 * - A **request** is one asked operation. It is *outstanding* from the moment the core takes it until its completion is on disk; an *orphan* is an
 *   outstanding request whose handle is closed while its phone stays open.
 *
 * The life of a session: closed → opening → open → closing → closed. Handles exist only while it is open.
 *
 * @module
 */
import type { Bounds } from "./bounds.ts";
import type { PhoneCapabilities } from "./contract/capabilities.ts";
import type { Privilege } from "./contract/names.ts";
import type { OperationName } from "./contract/operations.ts";
import type { Cause, Outcome } from "./contract/record.ts";
import type { Sees } from "./core.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Clock, Fact, History, NextId, Observer, PluginProcess, RequestObserver, Wanted } from "./ports.ts";

/** How a request ends. */
export interface End {
  outcome: Outcome;
  /** 0 or the signed number of an error. */
  result: number;
  cause?: Cause;
  /** The driver's own words for its error. */
  message?: string;
}

/** A client's session (TAPI's hPhoneApp). */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly leaseSeconds: number;
  /** Phones that it may not see do not exist for it. */
  readonly sees: Sees;
  readonly handles: Set<Handle>;
  readonly events: EventQueue;
  /** When it last called, on the monotonic clock. */
  calledAt: number;
  /** When its lease last began to run, on the monotonic clock. */
  renewedAt: number;
  /** How many of its calls are waiting for an answer. */
  waiting: number;
  /** The token of the operator who released it. */
  releasedBy: string | undefined;
  ended: boolean;
  cancelLease: () => void;
}

/** One opening of one phone by one application. */
export interface Handle {
  readonly id: string;
  readonly application: Application;
  readonly phone: Phone;
  readonly privilege: Privilege;
  wanted: Wanted;
  /** Requests asked through it that are not over; closing it does not end them. */
  readonly requests: Set<Request>;
  /** Requests by the keys that they were asked with; of one that is over the id. */
  readonly keys: Map<string, Promise<Request> | number>;
  closed: boolean;
  /** The token of the operator who released it. */
  releasedBy: string | undefined;
  /** Its opening failed after all: its application never learns of it. */
  disowned: boolean;
}

/**
 * The handles of a phone by what they want to hear; a name that nobody wants is not there. A phone's news, and each handle that comes or goes, costs what
 * there is to tell: a phone may have a thousand monitors that want nothing.
 */
export type Listeners = Record<keyof Wanted, Map<string, Set<Handle>>>;

/** How a phone stands at its plugin. */
export type Session =
  | { readonly state: "closed" }
  | { readonly state: "open" }
  /** `over` resolves when the plugin has answered, however. */
  | { readonly state: "opening" | "closing"; readonly over: Promise<void> };

/** A device that a plugin offers. */
export interface Phone {
  /** `PLUGIN:ID`. */
  readonly id: string;
  /** The part after the colon. */
  readonly localId: string;
  readonly plugin: Plugin;
  /** Undefined until every enabled plugin has started or settled. */
  deviceId: number | undefined;
  name: string;
  capabilities: PhoneCapabilities;
  /** What its name and its capabilities come to as JSON in UTF-8. */
  bytes: number;
  methods: ReadonlySet<string>;
  /** Whether the plugin's running process offers it. */
  offered: boolean;
  /** As anybody is shown it: the link stands, and the plugin is ready. */
  connected: boolean;
  /** As its plugin last said. */
  linked: boolean;
  removed: boolean;
  session: Session;
  /** Why the session is closing: what its outstanding requests are aborted with. */
  closing: Cause | undefined;
  /** Ends the wait for a close that the plugin leads by itself. */
  forceClosed: (() => void) | undefined;
  /** Such a close that began before the phone was open here: the first handle learns of it at once. */
  leaving: Promise<void> | undefined;
  readonly handles: Set<Handle>;
  /** The one of them that owns it. */
  owner: Handle | undefined;
  readonly listeners: Listeners;
  /** Requests that are not completed on disk, orphans too. */
  readonly outstanding: Set<Request>;
}

/** What is left of a phone that was removed: its name and its device id stay occupied (R75). */
export interface RemovedPhone {
  readonly id: string;
  readonly removed: true;
}

/** A telephony service provider. */
export interface Plugin {
  readonly name: string;
  /** Its running process, if any. */
  process: PluginProcess | undefined;
  settled: boolean;
  /** Whether its running process has ended its start: before that no phone of it is opened (R24). */
  ready: boolean;
  inFlight: number;
  readonly phones: Map<string, Phone>;
  /** The bytes of them all. */
  phoneBytes: number;
}

/** One asked operation. */
export interface Request {
  /** 0 until its acceptance is on disk. */
  id: number;
  readonly handle: Handle;
  readonly operation: OperationName;
  /** As asked, after the `redact` port. */
  readonly params: object;
  readonly reference: string | undefined;
  readonly acceptedAt: number;
  /** Monotonic, as all of `times`. */
  readonly deadlineAt: number;
  /** When it was taken, when its acceptance was on disk, and when its end was known; 0 before. */
  readonly times: { readonly taken: number; accepted: number; ended: number };
  readonly observer: RequestObserver | undefined;
  cancelDeadline: () => void;
  dispatchedAt: number | null;
  /** The process that it went out to. */
  dispatchedTo: PluginProcess | undefined;
  /** Set before it could go out: it never will, and ends so. */
  stopped: { outcome: "aborted" | "timedOut"; cause: Cause } | undefined;
  /** How it ends, once that is known; it is not on disk before `completed` resolves. */
  end: ({ at: number } & End) | undefined;
  /** Its application closed the handle, shut down or is gone: nobody is told. */
  suppressed: boolean;
  /** Resolves when the answer with its id has been handed out. */
  readonly answered: PromiseWithResolvers<void>;
  /** Resolves when its completion is on disk, or its acceptance could not be: it is outstanding no longer. */
  readonly completed: PromiseWithResolvers<void>;
  /** Resolves when its reply has been released too, or nobody is to be told. */
  readonly over: PromiseWithResolvers<void>;
}

/** The core's memory and its ports. */
export interface Exchange {
  readonly clock: Clock;
  readonly nextId: NextId;
  readonly history: History;
  /** Takes out of a request's parameters what must not be recorded. */
  readonly redact: (operation: OperationName, params: object) => object;
  readonly bounds: Bounds;
  readonly observer: Observer | undefined;
  readonly applications: Map<string, Application>;
  readonly handles: Map<string, Handle>;
  /** Accepted requests that are not completed on disk. */
  readonly requests: Map<number, Request>;
  /** By name; what is left of a removed one stays until another takes its name. */
  readonly phones: Map<string, Phone | RemovedPhone>;
  /** By device id. */
  readonly devices: (Phone | RemovedPhone)[];
  readonly plugins: Map<string, Plugin>;
  /** Closes under way: the server stops after them. */
  readonly closes: Set<Promise<unknown>>;
  /** Whether device ids have been given: every enabled plugin has started or settled. */
  settled: boolean;
  stopping: boolean;
}

/** Appends a fact that nobody waits for. */
export function remark(exchange: Exchange, fact: Fact): void {
  exchange.history.note(fact, { optional: true });
}

/** The last second that was asked for, in words: a request asks four times, and `toISOString` is dear. */
let second = { at: NaN, text: "" };

/** Wall milliseconds as they travel. */
export function timestamp(wall: number): string {
  const ms = wall % 1_000;
  if (wall - ms !== second.at) second = { at: wall - ms, text: new Date(wall).toISOString().slice(0, 20) };
  return `${second.text}${String(ms).padStart(3, "0")}Z`;
}
