/**
 * The face of the core: what applications' transports and the host of plugins call.
 *
 * @module
 */
import type { PhoneCapabilities } from "./contract/capabilities.ts";
import type { Privilege } from "./contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "./contract/operations.ts";
import type { Cause, RequestRecord } from "./contract/record.ts";
import type { PluginEvents, PluginProcess, Wanted } from "./ports.ts";

/** Why an application or a handle is closed, of those that come from outside the core. */
export type CloseCause = Extract<Cause, "close" | "shutdown" | "leaseExpired" | "tokenRevoked" | "operatorRelease">;

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

/** A phone as anybody is shown it. */
export interface PhoneView {
  phone: string;
  deviceId: number;
  name: string;
  plugin: string;
  connected: boolean;
  capabilities: PhoneCapabilities;
  /** The owning application's name; null without an owner. */
  owner: string | null;
  monitors: number;
}

/** A request that has been accepted: it is on disk. */
export interface AcceptedRequest {
  readonly requestId: number;
  /** Resolves with the record when the completion is on disk; never rejects. */
  readonly done: Promise<RequestRecord>;
  /** Tells that the answer with the request id has been handed out: its reply may follow now (R33). To be called once, whatever became of the answer. */
  answered(): void;
}

/** How a close ended. */
export interface Closed {
  handle: string;
  lastHandle: boolean;
  /** How many outstanding requests the close completed. */
  completed: number;
}

/** One reader of an application's events. */
export interface EventStream {
  /**
   * The next event, in order; waits for it.
   *
   * @returns The event and its text, or undefined when the stream has ended: the application is gone, a newer stream took over, or the reader fell so far behind that what it would read next is no longer held.
   */
  next(): Promise<{ seq: number; json: string } | undefined>;
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

/** The telephone model, whole. Every method that fails throws a `PhoneError` of the catalogue. */
export interface Core {
  readonly condition: CoreCondition;

  /** phoneInitializeEx. Throws `INVALAPPNAME`, or `RESOURCEUNAVAIL` until every enabled plugin has started or settled. */
  initialize(
    name: string,
    options: { token: string; leaseSeconds?: number },
  ): Promise<{ application: string; leaseSeconds: number; phoneCount: number }>;
  /** The application of that id and token, its lease renewed; throws `INVALAPPHANDLE`. */
  application(id: string, token: string): ApplicationView;
  /** The handle of that id and token, its application's lease renewed; throws `INVALPHONEHANDLE`. */
  handle(id: string, token: string): HandleView;
  /** Holds the lease of an application for as long as a call of it waits; the returned function ends that, and renews. Nothing is held for one that has ended. */
  hold(application: ApplicationView): () => void;
  /** phoneShutdown: closes every handle of the application and ends it. */
  shutdown(application: ApplicationView, cause?: CloseCause): Promise<void>;
  /** The events of an application: from the oldest held, or after `lastEvent`. A new stream ends the one before. */
  events(application: ApplicationView, options?: { lastEvent?: number }): EventStream;

  /** Every phone, in the order of the device ids, removed ones left out. */
  phones(): PhoneView[];
  /** One phone by name or device id; throws `BADDEVICEID` or `NODEVICE`. */
  phone(name: string): PhoneView;
  /** phoneOpen. */
  open(application: ApplicationView, options: { phone: string; privilege: string }): Promise<HandleView>;
  /** phoneClose, or another close of this one handle. Answers only when invariant 4 holds. */
  close(handle: HandleView, cause?: CloseCause): Promise<Closed>;

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

  /** Names the enabled plugins, in the order of configuration; until each is settled nothing is initialised. */
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
