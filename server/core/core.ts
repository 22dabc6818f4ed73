/**
 * The faces of the core, one for each who calls it: the transports of applications, the operator, the host of plugins,
 * and the program that starts and stops it all.
 *
 * Every method that fails throws a `PhoneError` of the catalogue.
 *
 * @module
 */
import type { ApplicationSummary, HeldHandle } from "./contract/application.ts";
import type { Masks, PhoneEvent } from "./contract/events.ts";
import type { Privilege } from "./contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "./contract/operations.ts";
import type { Closed, PhoneView } from "./contract/phone.ts";
import type { Completed, RequestRecord } from "./contract/record.ts";
import type { PluginProcess, PluginReports } from "./ports.ts";

/** Whether whoever calls may see a phone, by its name. */
export type Sees = (phone: string) => boolean;

/** What anybody who has found an application knows of it. */
export interface ApplicationView {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly leaseSeconds: number;
}

/** What anybody who has found a handle knows of it. */
export interface HandleView {
  readonly id: string;
  readonly privilege: Privilege;
  readonly phone: { readonly id: string };
  readonly application: ApplicationView;
}

/** A request that has been accepted: it is on disk. */
export interface AcceptedRequest {
  readonly requestId: number;
  /**
   * Resolves with the record when the completion is on disk, or with undefined for a request whose reply was through
   * when its key was used again: only the history has its record still. Never rejects.
   */
  readonly recorded: Promise<RequestRecord | undefined>;
  /** As {@linkcode AcceptedRequest.recorded}, with no more than how it ended: no record is made. */
  readonly completed: Promise<Completed | undefined>;
  /**
   * Tells that an answer with the request id has been handed out: its reply may follow now (R33). To be called for each
   * answer, whatever became of it; where a key was used again, the first counts.
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

/**
 * Why a stream ended: the application is gone, a newer stream took over, what the reader would read next is no longer
 * held, or the reader wanted no more.
 */
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

/** Who calls. */
export interface Caller {
  /** The id of the token. */
  readonly token: string;
  /** Where the call came from; left out where nobody knows. */
  readonly address?: string | undefined;
}

/** Whose an application is to be, and what it is to see. */
export interface ApplicationOptions extends Caller {
  leaseSeconds?: number;
  sees?: Sees;
}

/** Masks as they are called for: names that nobody has checked. */
export type MaskNames = Record<keyof Masks, string[]>;

/** A request as it is made. */
export interface RequestOptions<Name extends OperationName> {
  params: OperationParameters[Name];
  /** The application's own word for it. */
  reference?: string;
  deadlineMs?: number;
  /** The same key on the same handle gives the same request again, whatever else is requested. */
  key?: string;
}

/** A handle as its application uses it. After its close every call throws `INVALPHONEHANDLE`. */
export interface OpenHandle extends HandleView {
  readonly application: OpenApplication;
  /** Its three masks. */
  readonly masks: Masks;
  /**
   * Throws `NOTOWNER` if the operation needs ownership. A transport calls it before it looks at the parameters:
   * privilege comes first (Q29).
   */
  requirePrivilege(operation: OperationName): void;
  /** One of the nine. Resolves when the acceptance is on disk. */
  request<Name extends OperationName>(operation: Name, options: RequestOptions<Name>): Promise<AcceptedRequest>;
  /** One of the getters: the plugin is queried. */
  get<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): Promise<GetterResults[Name]>;
  /**
   * phoneSetStatusMessages; names that are not of the contract throw `INVALPARAM`, `INVALBUTTONMODE` or
   * `INVALBUTTONSTATE`.
   */
  setStatusMessages(masks: MaskNames): Promise<Masks>;
  /** phoneClose. Answers only when invariant 4 holds. */
  close(): Promise<Closed>;
}

/**
 * An application as its transport uses it. After its end every call throws `INVALAPPHANDLE`, and {@linkcode
 * OpenApplication.hold} holds nothing.
 */
export interface OpenApplication extends ApplicationView {
  /** Its open handles. */
  readonly handles: HeldHandle[];
  /** Holds its lease for as long as a call of it waits; the returned function ends that, and renews. */
  hold(): () => void;
  /** Its events: from the oldest held, or after `lastEvent`. A new stream ends the one before. */
  events(options?: { lastEvent?: number }): EventStream;
  /** phoneOpen. */
  open(options: { phone: string; privilege: string }): Promise<OpenHandle>;
  /** phoneShutdown: closes every handle of the application and ends it. */
  shutdown(): Promise<void>;
}

/** What the transports of applications call. */
export interface Applications {
  /**
   * How many device ids there are, removed phones' too: they go from 0 to one less. For whoever may not see every phone
   * they end behind the last that may be seen.
   */
  phoneCount(sees?: Sees): number;
  /**
   * phoneInitializeEx. Throws `INVALAPPNAME`, or `RESOURCEUNAVAIL` until every enabled plugin has started or settled.
   *
   * A phone that the application may not see does not exist for it. Device ids are everybody's: it leaves a gap in them.
   */
  initialize(name: string, options: ApplicationOptions): Promise<OpenApplication>;
  /**
   * The application of that id and of the caller's token, its lease renewed; throws `INVALAPPHANDLE`. What is called by
   * it comes from the caller's address; where that is another than before, the history says so.
   */
  application(id: string, caller: Caller): OpenApplication;
  /**
   * The handle of that id and of the caller's token, its application's lease renewed; throws `INVALPHONEHANDLE`. As
   * `application` of its address.
   */
  handle(id: string, caller: Caller): OpenHandle;
  /** Every phone that may be seen, in the order of the device ids, removed ones left out. */
  phones(sees?: Sees): PhoneView[];
  /** One phone by name or device id; throws `BADDEVICEID`, also for one that may not be seen, or `NODEVICE`. */
  phone(name: string, sees?: Sees): PhoneView;
  /** A record from the history with what only the core knows: whether an open request has gone out. */
  current(record: RequestRecord): RequestRecord;
}

/** A handle that an operator has found: `by` is the operator. */
export interface ReleasableHandle extends HandleView {
  /** A forced close of this one handle. */
  release(by: Caller): Promise<Closed>;
}

/** An application that an operator has found: `by` is the operator. */
export interface ReleasableApplication extends ApplicationView {
  /** Forced closes of all its handles, and its end. */
  release(by: Caller): Promise<void>;
}

/** Why a token is void, and by whom, if somebody's call brought it about. */
export type TokenEndReason = { cause: "tokenRevoked"; by: Caller } | { cause: "tokenExpired" };

/** What is called for whoever runs the server. */
export interface Operator {
  /** Counts what there is; it goes through every application. */
  census(): Census;
  /** Every application, oldest first, with what it has of the phones that may be seen. */
  applications(sees?: Sees): ApplicationSummary[];
  /** The application of that id, whosever it is, its lease not renewed; throws `INVALAPPHANDLE`. */
  application(id: string): ReleasableApplication;
  /**
   * The handle of that id, whosever it is, its application's lease not renewed; throws `INVALPHONEHANDLE`, also for one
   * of a phone that may not be seen.
   */
  handle(id: string, sees?: Sees): ReleasableHandle;
  /** Ends every application of a token that is void: their phones are closed, and they hear nothing more. */
  endApplicationsOf(token: string, reason: TokenEndReason): Promise<void>;
}

/** What the host of plugins calls. */
export interface PluginIntake {
  /**
   * Names the enabled plugins, in the order of configuration; until each is settled nothing is initialised. Called
   * again for one that is started later.
   */
  enable(names: string[]): void;
  /** A plugin's process runs: what it reports comes by the returned face. */
  admit(plugin: string, process: PluginProcess): PluginReports;
  /**
   * The plugin is ready, or will not be until somebody does something about it: start-up waits for it no longer, and
   * the history says why.
   */
  settle(plugin: string, failure?: { state: string; detail: string }): void;
  /** Closes every phone of a plugin by the close rules, before it is stopped. */
  closePhones(plugin: string): Promise<void>;
}

/** What the program calls that starts and stops the server. */
export interface Lifecycle {
  readonly condition: CoreCondition;
  /** Orderly end: refuses what is new, closes every phone, ends every application. */
  stop(): Promise<void>;
}

/** The telephone model, whole. */
export interface Core {
  readonly applications: Applications;
  readonly operator: Operator;
  readonly plugins: PluginIntake;
  readonly lifecycle: Lifecycle;
}
