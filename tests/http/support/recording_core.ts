/**
 * A core for testing the HTTP room alone: it records what it is asked and answers what a test puts in.
 *
 * @module
 */
import { NO_CAPABILITIES } from "../../no_capabilities.ts";
import { PhoneError } from "../../../server/core/contract/errors.ts";
import type { Privilege } from "../../../server/core/contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "../../../server/core/contract/operations.ts";
import type { Closed, PhoneView } from "../../../server/core/contract/phone.ts";
import type { RequestRecord } from "../../../server/core/contract/record.ts";
import type {
  AcceptedRequest,
  ApplicationSummary,
  ApplicationView,
  Census,
  Core,
  CoreCondition,
  EventStream,
  HandleView,
  PluginEvents,
  Sees,
} from "../../../server/core/mod.ts";
import type { Masks } from "../../../server/core/contract/events.ts";

/**
 * An application `app-1` of the token `t-all` with an owner handle `own-1` and a monitor handle `mon-1`; `other-1` is a
 * handle of another.
 */
export class RecordingCore implements Core {
  readonly condition: CoreCondition = { settled: true, stopping: false };
  /** Every call that changes or asks something: its name and what it was given. */
  readonly calls: [name: string, ...given: unknown[]][] = [];
  /** Thrown by the next calls. */
  failure: Error | undefined;
  /** The leases that were held, and released. */
  readonly held: string[] = [];
  /** How many answers are known to have been handed out. */
  answered = 0;
  /** Called at each `answered()`. */
  onAnswered: () => void = () => {};
  /** What `done` of a request becomes; never by default. */
  done: () => Promise<RequestRecord | undefined> = () => new Promise(() => {});
  /** What the next event stream gives. */
  stream: EventStream = { next: () => Promise.resolve(undefined), ended: "gone", cancel() {} };
  /** What the core knows better than the disk. */
  refresh: (record: RequestRecord) => RequestRecord = (record) => record;
  /** What the last application that was begun may see. */
  sees: Sees | undefined;
  /** What getters answer. */
  got: unknown = {};
  /** What happens while a call of this name is under way; it is waited for. */
  during: (name: string) => Promise<void> | void = () => {};

  #lastRequest = 0;
  #application: ApplicationView = { id: "app-1", name: "Test", token: "t-all", leaseSeconds: 60 };

  #record(name: string, ...given: unknown[]): void {
    this.calls.push([name, ...given]);
    if (this.failure) throw this.failure;
  }

  readonly phoneCount = 2;

  census(): Census {
    return { applications: 1, handles: 2, streams: 0, requests: 0, phones: 1, connectedPhones: 1 };
  }

  async initialize(name: string, options: { token: string; leaseSeconds?: number; sees?: Sees }) {
    const { sees, ...rest } = options;
    this.sees = sees;
    await this.#record("initialize", name, rest);
    await this.during("initialize");
    return { application: "app-1", leaseSeconds: options.leaseSeconds ?? 60, phoneCount: 2 };
  }

  application(id: string, token: string): ApplicationView {
    if (id === "app-1" && token === "t-all") return this.#application;
    throw new PhoneError("INVALAPPHANDLE");
  }

  handle(id: string, token: string): HandleView {
    const privileges: Record<string, Privilege> = { "own-1": "owner", "mon-1": "monitor", "other-1": "monitor" };
    const privilege = Object.hasOwn(privileges, id) ? privileges[id] : undefined;
    if (privilege === undefined || token !== "t-all") throw new PhoneError("INVALPHONEHANDLE");
    const application = id === "other-1" ? { ...this.#application, id: "app-2" } : this.#application;
    return { id, privilege, phone: { id: "virtual:desk-1" }, application };
  }

  handles(): ApplicationSummary["handles"] {
    return [{ handle: "own-1", phone: "virtual:desk-1", privilege: "owner" }];
  }

  hold(application: ApplicationView): () => void {
    this.held.push(`hold ${application.id}`);
    return () => this.held.push(`release ${application.id}`);
  }

  async shutdown(application: ApplicationView, ...how: unknown[]) {
    await this.#record("shutdown", application.id, ...how);
    await this.during("shutdown");
  }

  applications(): ApplicationSummary[] {
    return [];
  }

  anyApplication(id: string): ApplicationView {
    return this.application(id, "t-all");
  }

  anyHandle(id: string): HandleView {
    return this.handle(id, "t-all");
  }

  async endApplicationsOf(token: string): Promise<void> {
    await this.#record("endApplicationsOf", token);
  }

  events(application: ApplicationView, options: { lastEvent?: number } = {}): EventStream {
    this.#record("events", application.id, options);
    return this.stream;
  }

  phones(sees: Sees = () => true): PhoneView[] {
    return [PHONE].filter(({ phone }) => sees(phone));
  }

  phone(name: string, sees: Sees = () => true): PhoneView {
    this.#record("phone", name);
    if (name === PHONE.phone && sees(name)) return PHONE;
    throw new PhoneError("BADDEVICEID");
  }

  async open(application: ApplicationView, options: { phone: string; privilege: string }): Promise<HandleView> {
    await this.#record("open", application.id, options);
    return { id: "own-1", privilege: "owner", phone: { id: options.phone }, application };
  }

  async close(handle: HandleView, ...how: unknown[]): Promise<Closed> {
    await this.#record("close", handle.id, ...how);
    return { handle: handle.id, lastHandle: true, completed: 3 };
  }

  async request<Name extends OperationName>(
    handle: HandleView,
    operation: Name,
    options: { params: OperationParameters[Name]; reference?: string; deadlineMs?: number },
  ): Promise<AcceptedRequest> {
    await this.#record("request", handle.id, operation, options);
    await this.during("request");
    return {
      requestId: ++this.#lastRequest,
      done: this.done(),
      answered: () => {
        this.answered++;
        this.onAnswered();
      },
    };
  }

  async get<Name extends GetterName>(
    handle: HandleView,
    getter: Name,
    options: GetterParameters[Name],
  ): Promise<GetterResults[Name]> {
    await this.#record("get", handle.id, getter, options);
    await this.during("get");
    return this.got as GetterResults[Name];
  }

  async setStatusMessages(
    handle: HandleView,
    masks: { states: string[]; buttonModes: string[]; buttonStates: string[] },
  ): Promise<Wanted> {
    await this.#record("setStatusMessages", handle.id, masks);
    return masks as Wanted;
  }

  statusMessages(handle: HandleView): Wanted {
    this.#record("statusMessages", handle.id);
    return { states: ["lamp"], buttonModes: [], buttonStates: [] };
  }

  current(record: RequestRecord): RequestRecord {
    return this.refresh(record);
  }

  enablePlugins(): void {}

  attach(): PluginEvents {
    throw new Error("The HTTP room attaches no plugin");
  }

  settle(): void {}

  async releasePlugin(): Promise<void> {}

  async stop(): Promise<void> {}
}

/** The phone that there is. */
export const PHONE: PhoneView = {
  phone: "virtual:desk-1",
  deviceId: 0,
  name: "Desk 1",
  plugin: "virtual",
  connected: true,
  owner: null,
  monitors: 0,
  capabilities: { ...NO_CAPABILITIES, states: ["lamp"] },
};
