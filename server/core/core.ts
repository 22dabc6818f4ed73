/**
 * The face of the core: what applications' transports and the host of plugins call.
 *
 * @module
 */
import type { PhoneEvent } from "./contract/events.ts";
import type { Privilege } from "./contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "./contract/operations.ts";
import type { Closed, PhoneView } from "./contract/phone.ts";
import type { Cause, RequestRecord } from "./contract/record.ts";
import type { PluginEvents, PluginProcess, Wanted } from "./ports.ts";

/** Why an application or a handle is closed, of those that come from outside the core. */
export type CloseCause = Extract<Cause, "close" | "shutdown" | "leaseExpired" | "tokenRevoked" | "operatorRelease">;

/** Whether whoever asks may see a phone, by its name. */
export type Sees = (phone: string) => boolean;

/** An application as its transport holds it. */
export interface ApplicationView {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly leaseSeconds: number;
}

/** A handle as its transport holds it. */
export interface HandleView {
  readonly id: string;
  readonly privilege: Privilege;
  readonly phone: { readonly id: string };
  readonly application: ApplicationView;
}

/** An application as an operator is shown it. */
export interface ApplicationSummary {
  application: string;
  name: string;
  token: string;
  leaseSeconds: number;
  handles: { handle: string; phone: string; privilege: Privilege }[];
  /** Whether its events are being read. */
  streaming: boolean;
  /** How many requests of these handles are outstanding. */
  outstanding: number;
}

/** A request that has been accepted: it is on disk. */
export interface AcceptedRequest {
  readonly requestId: number;
  /**
   * Resolves with the record when the completion is on disk, or with undefined for a request that was over when its key was asked again: only the history
   * has its record still. Never rejects.
   */
  readonly done: Promise<RequestRecord | undefined>;
  /**
   * Tells that an answer with the request id has been handed out: its reply may follow now (R33). To be called for each answer, whatever became of it; where
   * a key was asked again, the first counts.
   */
  answered(): void;
}

/** An event as it is held for the readers of an application. */
export interface HeldEvent {
  readonly seq: number;
  readonly type: PhoneEvent["type"];
  /** The whole event, its `seq` and `type` too. */
  readonly json: string;
}

/** Why a stream ended: the application is gone, a newer stream took over, what the reader would read next is no longer held, or the reader wanted no more. */
export type StreamEnd = "gone" | "replaced" | "behind" | "cancelled";

/** One reader of an application's events. */
export interface EventStream {
  /**
   * The next event, in order; waits for it.
   *
   * @returns The event, or undefined when the stream has ended; {@linkcode EventStream.ended} says why.
   */
  next(): Promise<HeldEvent | undefined>;
  /** Why the stream has ended; undefined before. */
  readonly ended: StreamEnd | undefined;
  /** Ends the stream from the reader's side. */
  cancel(): void;
}

/** What is wrong or degraded, for `readyz`. */
export interface CoreCondition {
  /** Whether every enabled plugin has been ready once or has settled. */
  settled: boolean;
  /** Whether the server is stopping. */
  stopping: boolean;
}

/** How much of everything there is. */
export interface Census {
  applications: number;
  /** Open handles. */
  handles: number;
  /** Applications whose events are being read, whatever the transport. */
  streams: number;
  /** Outstanding requests: taken, and their completions not yet on disk. */
  requests: number;
  phones: number;
  /** Of these, whose link stands. */
  connectedPhones: number;
}

/** The telephone model, whole. Every method that fails throws a `PhoneError` of the catalogue. */
export interface Core {
  readonly condition: CoreCondition;
  /** How many phones there are, removed ones too: device ids go from 0 to one less. */
  readonly phoneCount: number;
  /** Counts what there is; it goes through every application. */
  census(): Census;

  /**
   * phoneInitializeEx. Throws `INVALAPPNAME`, or `RESOURCEUNAVAIL` until every enabled plugin has started or settled.
   *
   * A phone that the application may not see does not exist for it; `phoneCount` counts it all the same, for device ids are everybody's.
   */
  initialize(
    name: string,
    options: { token: string; leaseSeconds?: number; sees?: Sees },
  ): Promise<{ application: string; leaseSeconds: number; phoneCount: number }>;
  /** The application of that id and token, its lease renewed; throws `INVALAPPHANDLE`. */
  application(id: string, token: string): ApplicationView;
  /** The handle of that id and token, its application's lease renewed; throws `INVALPHONEHANDLE`. */
  handle(id: string, token: string): HandleView;
  /** The open handles of an application. */
  handles(application: ApplicationView): ApplicationSummary["handles"];
  /** Holds the lease of an application for as long as a call of it waits; the returned function ends that, and renews. Nothing is held for one that has ended. */
  hold(application: ApplicationView): () => void;
  /** phoneShutdown: closes every handle of the application and ends it. `by` is the token of the operator who released it. */
  shutdown(application: ApplicationView, cause?: CloseCause, options?: { by: string }): Promise<void>;
  /** The events of an application: from the oldest held, or after `lastEvent`. A new stream ends the one before. */
  events(application: ApplicationView, options?: { lastEvent?: number }): EventStream;

  /** Every application, oldest first. */
  applications(): ApplicationSummary[];
  /** The application of that id, whosever it is, its lease not renewed; throws `INVALAPPHANDLE`. */
  anyApplication(id: string): ApplicationView;
  /** The handle of that id, whosever it is, its application's lease not renewed; throws `INVALPHONEHANDLE`. */
  anyHandle(id: string): HandleView;
  /** Ends every application of a token that is void: their phones are closed, and they hear nothing more. */
  endApplicationsOf(token: string): Promise<void>;

  /** Every phone that may be seen, in the order of the device ids, removed ones left out. */
  phones(sees?: Sees): PhoneView[];
  /** One phone by name or device id; throws `BADDEVICEID`, also for one that may not be seen, or `NODEVICE`. */
  phone(name: string, sees?: Sees): PhoneView;
  /** phoneOpen. */
  open(application: ApplicationView, options: { phone: string; privilege: string }): Promise<HandleView>;
  /** phoneClose, or another close of this one handle. Answers only when invariant 4 holds. `by` is the token of the operator who released it. */
  close(handle: HandleView, cause?: CloseCause, options?: { by: string }): Promise<Closed>;

  /** One of the nine. Resolves when the acceptance is on disk. The same `key` on the same handle gives the same request again. */
  request<Name extends OperationName>(
    handle: HandleView,
    operation: Name,
    options: { params: OperationParameters[Name]; reference?: string; deadlineMs?: number; key?: string },
  ): Promise<AcceptedRequest>;
  /** One of the getters: the plugin is asked. */
  get<Name extends GetterName>(
    handle: HandleView,
    getter: Name,
    params: GetterParameters[Name],
  ): Promise<GetterResults[Name]>;
  /** phoneSetStatusMessages; names that are not of the contract throw `INVALPARAM`, `INVALBUTTONMODE` or `INVALBUTTONSTATE`. */
  setStatusMessages(
    handle: HandleView,
    masks: { states: string[]; buttonModes: string[]; buttonStates: string[] },
  ): Promise<Wanted>;
  /** phoneGetStatusMessages. */
  statusMessages(handle: HandleView): Wanted;

  /** A record from the history with what only the core knows of an open request. */
  current(record: RequestRecord): RequestRecord;

  /** Names the enabled plugins, in the order of configuration; until each is settled nothing is initialised. Called again for one that is started later. */
  enablePlugins(names: string[]): void;
  /** A plugin's process runs: what it reports comes by the returned face. */
  attach(plugin: string, process: PluginProcess): PluginEvents;
  /** The plugin is ready, or will not be until somebody does something about it: start-up waits for it no longer, and the history says why. */
  settle(plugin: string, failure?: { state: string; detail: string }): void;
  /** Closes every phone of a plugin by the close rules, before it is stopped. */
  releasePlugin(plugin: string): Promise<void>;
  /** Orderly end: refuses what is new, closes every phone, ends every application. */
  stop(): Promise<void>;
}
