/**
 * What the core remembers: applications, phones, handles and requests, and how they hang together.
 *
 * - An **application** is one use of the phones by a client (TAPI's hPhoneApp); it holds **handles**.
 * - A **phone** is a device that a plugin offers. However many handles are open on it, the plugin has it open once: its
 *   **session** (R1).
 * - A **request** is one requested operation. It is *outstanding* from the moment the core takes it until its
 *   completion is on disk; an *orphan* is an outstanding request whose handle is closed while its phone stays open.
 *
 * The stages of a session: closed → opening → open → closing → closed. Handles exist only while it is open.
 * The stages of a request: taken → dispatched → ended, or taken → stopped → ended for one that never went out.
 *
 * @module
 */
import type { ActivityLog } from "./activity.ts";
import type { Bounds } from "./bounds.ts";
import type { PhoneCapabilities } from "./contract/capabilities.ts";
import type { Masks } from "./contract/events.ts";
import type { Privilege } from "./contract/names.ts";
import type { OperationName } from "./contract/operations.ts";
import type { Cause, Outcome } from "./contract/record.ts";
import type { AcceptedRequest, Sees } from "./core.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Clock, History, NextId, Observer, PluginProcess, RequestObserver } from "./ports.ts";
import type { SlotMap } from "./slot_map.ts";

/** Where the calls of an application come from, and what is not told of it yet. */
export interface Whereabouts {
  /** Of its newest call; undefined where nobody knows. */
  address: string | undefined;
  /** The address that its newest fact names. */
  told: string | undefined;
  /** Moves since that fact, while no other may follow; undefined where one may. */
  folded: { count: number; readonly addresses: Set<string>; readonly cancel: () => void } | undefined;
}

/** One use of the phones by a client (TAPI's hPhoneApp). */
export interface Application {
  readonly exchange: Exchange;
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly leaseSeconds: number;
  /** Phones that it may not see do not exist for it. */
  readonly sees: Sees;
  readonly whereabouts: Whereabouts;
  readonly handles: Set<Handle>;
  readonly events: EventQueue;
  /** When it last called, on the monotonic clock. */
  calledAt: number;
  /** When its lease last began to run, on the monotonic clock. */
  renewedAt: number;
  /** How many of its calls are waiting for an answer. */
  waiting: number;
  ended: boolean;
  cancelLease: () => void;
}

/** One opening of one phone by one application. */
export interface Handle {
  readonly id: string;
  readonly application: Application;
  readonly phone: Phone;
  readonly privilege: Privilege;
  masks: Masks;
  /** Requests made through it whose replies are not through, by `number`; closing it does not end them. */
  readonly requests: SlotMap<Request>;
  /** Requests by the keys that they were made with; of one whose reply is through the id. */
  readonly keys: Map<string, Promise<AcceptedRequest> | number>;
  closed: boolean;
  /** Its opening failed after all: its application never learns of it. */
  disowned: boolean;
}

/**
 * The handles of a phone by what their masks name; a name in nobody's mask is not there. A phone's news, and each
 * handle that comes or goes, costs what there is to tell: a phone may have a thousand monitors whose masks are empty.
 */
export type Listeners = Record<keyof Masks, Map<string, Set<Handle>>>;

/** A close that the plugin leads by itself: it has begun to abort and settle what the phone has under way. */
export interface LedClose {
  /** Resolves when the plugin has closed the phone. */
  readonly closed: Promise<void>;
  /** Resolves it. */
  end(): void;
}

/** How a phone stands at its plugin. */
export type Session =
  | { readonly state: "closed" }
  | Opening
  /** `led`: such a close began before anybody held the phone; the first handle learns of it at once. */
  | { readonly state: "open"; readonly led: LedClose | undefined }
  | Closing;

/** A session that the plugin is asked to begin. */
export interface Opening {
  readonly state: "opening";
  /** Resolves when the plugin has answered, however. */
  readonly acknowledged: Promise<void>;
  led: LedClose | undefined;
}

/** A session that ends. */
export interface Closing {
  readonly state: "closing";
  /** What its outstanding requests are aborted with. */
  readonly cause: Cause;
  /** Resolves when the plugin has answered, however. */
  readonly acknowledged: Promise<void>;
  readonly led: LedClose | undefined;
}

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
  /** As its plugin's running process last said (R103). */
  suspended: boolean;
  removed: boolean;
  session: Session;
  readonly handles: Set<Handle>;
  /** The one of them that owns it. */
  owner: Handle | undefined;
  readonly listeners: Listeners;
  /** Requests that are not completed on disk, orphans too, by `number`. */
  readonly outstanding: SlotMap<Request>;
}

/** What is left of a phone that was removed: its name and its device id stay occupied (R75). */
export interface RemovedPhone {
  readonly id: string;
  readonly removed: true;
}

/** A telephony service provider. */
export interface Plugin {
  readonly exchange: Exchange;
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

/** How a request ends. */
export interface End {
  outcome: Outcome;
  /** 0 or the signed number of an error. */
  result: number;
  cause?: Cause;
  /** The driver's own words for its error. */
  message?: string;
}

/** How far a request has come. */
export type Stage =
  /** On its way to the disk. */
  | { readonly name: "taken" }
  /** The same, but it will not go out: it ends so as soon as it is on disk. */
  | { readonly name: "stopped"; readonly outcome: "aborted" | "timedOut"; readonly cause: Cause }
  /** On disk, and handed to the plugin's process. */
  | { readonly name: "dispatched"; readonly id: number; readonly at: number; readonly to: PluginProcess }
  /** Its end is known; it is not on disk before `recorded` resolves. */
  | {
    readonly name: "ended";
    readonly id: number;
    readonly at: number;
    readonly dispatchedAt: number | null;
    readonly end: End;
  };

/** One requested operation. */
export interface Request {
  /** Which of those that the exchange has taken: it has no id before it is on disk. */
  readonly number: number;
  readonly handle: Handle;
  readonly operation: OperationName;
  /** As requested. */
  readonly params: object;
  readonly reference: string | undefined;
  /** Wall time, as those of its stages. */
  readonly acceptedAt: number;
  /** Monotonic, as all of `times`. */
  readonly deadlineAt: number;
  /** When it was taken, when its acceptance was on disk, and when its end was known; 0 before. */
  readonly times: { readonly taken: number; accepted: number; ended: number };
  readonly observer: RequestObserver | undefined;
  cancelDeadline: () => void;
  stage: Stage;
  /** Its application closed the handle, shut down or is gone: nobody is told. */
  suppressed: boolean;
  /** Resolves when the answer with its id has been handed out. */
  readonly answered: PromiseWithResolvers<void>;
  /** Resolves when its completion is on disk, or its acceptance could not be: it is outstanding no longer. */
  readonly recorded: PromiseWithResolvers<void>;
  /** Resolves when its application has been told too, or nobody is to be told. */
  readonly told: PromiseWithResolvers<void>;
}

/** The core's memory and its ports. */
export interface Exchange {
  readonly clock: Clock;
  readonly nextId: NextId;
  readonly history: History;
  readonly bounds: Bounds;
  readonly observer: Observer | undefined;
  readonly activity: ActivityLog;
  readonly applications: Map<string, Application>;
  readonly handles: Map<string, Handle>;
  /** How many requests were taken. */
  taken: number;
  /** Accepted requests that are not completed on disk, by id. */
  readonly requests: SlotMap<Request>;
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
