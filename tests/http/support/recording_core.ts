/**
 * The core's faces for testing the HTTP room alone: they record what they are asked and answer what a test puts in.
 *
 * @module
 */
import { NO_CAPABILITIES } from "../../no_capabilities.ts";
import { PhoneError } from "../../../server/core/contract/errors.ts";
import type { Masks } from "../../../server/core/contract/events.ts";
import type { Privilege } from "../../../server/core/contract/names.ts";
import type { GetterName, GetterParameters, GetterResults } from "../../../server/core/contract/operations.ts";
import type { PhoneView } from "../../../server/core/contract/phone.ts";
import type { Completed, RequestRecord } from "../../../server/core/contract/record.ts";
import type {
  Applications,
  ApplicationView,
  CoreCondition,
  EventStream,
  Lifecycle,
  OpenApplication,
  OpenHandle,
  Operator,
  Sees,
} from "../../../server/core/mod.ts";

const APPLICATION: ApplicationView = { id: "app-1", name: "Test", token: "t-all", leaseSeconds: 60 };

/**
 * An application `app-1` of the token `t-all` with an owner handle `own-1` and a monitor handle `mon-1`; `other-1` is a
 * handle of another.
 */
export class RecordingCore {
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
  /** The phones that there are. */
  phones: () => PhoneView[] = () => [PHONE];
  /** The handles of an application. */
  handles: () => OpenApplication["handles"] = () => [
    { handle: "own-1", phone: "virtual:desk-1", privilege: "owner" },
  ];
  /** What getters answer. */
  got: unknown = {};
  /** What happens while a call of this name is under way; it is waited for. */
  during: (name: string) => Promise<void> | void = () => {};

  #lastRequest = 0;

  /** The face that transports call. */
  readonly applications: Applications = {
    phoneCount: () => 2,
    initialize: async (name, { sees, ...options }) => {
      this.sees = sees;
      await this.#record("initialize", name, options);
      await this.during("initialize");
      return this.#application({ ...APPLICATION, leaseSeconds: options.leaseSeconds ?? 60 });
    },
    application: (id, { token }) => {
      if (id === "app-1" && token === "t-all") return this.#application(APPLICATION);
      throw new PhoneError("INVALAPPHANDLE");
    },
    handle: (id, { token }) => {
      const privileges: Record<string, Privilege> = { "own-1": "owner", "mon-1": "monitor", "other-1": "monitor" };
      const privilege = Object.hasOwn(privileges, id) ? privileges[id] : undefined;
      if (privilege === undefined || token !== "t-all") throw new PhoneError("INVALPHONEHANDLE");
      const application = this.#application({ ...APPLICATION, ...id === "other-1" && { id: "app-2" } });
      return this.#handle({ id, privilege, phone: { id: "virtual:desk-1" }, application });
    },
    phones: (sees = () => true) => this.phones().filter(({ phone }) => sees(phone)),
    phone: (name, sees = () => true) => {
      this.#record("phone", name);
      if (name === PHONE.phone && sees(name)) return PHONE;
      throw new PhoneError("BADDEVICEID");
    },
    current: (record) => this.refresh(record),
  };

  /** The face that operators' routes call. */
  readonly operator: Operator = {
    census: () => ({ applications: 1, handles: 2, streams: 0, requests: 0, phones: 1, connectedPhones: 1 }),
    applications: () => [],
    application: (id) => {
      const found = this.applications.application(id, { token: "t-all" });
      return {
        ...APPLICATION,
        release: async (by) => {
          await this.#record("release", found.id, by);
        },
      };
    },
    handle: (id) => {
      const { privilege, phone, application } = this.applications.handle(id, { token: "t-all" });
      return {
        id,
        privilege,
        phone,
        application,
        release: async (by) => {
          await this.#record("release", id, by);
          return { handle: id, lastHandle: true, completed: 3 };
        },
      };
    },
    endApplicationsOf: async (token, reason) => {
      await this.#record("endApplicationsOf", token, "by" in reason ? reason.by : reason.cause);
    },
  };

  /** The face that tells whether the server stops. */
  readonly lifecycle: Lifecycle = { condition: this.condition, stop: () => Promise.resolve() };

  #record(name: string, ...given: unknown[]): void {
    this.calls.push([name, ...given]);
    if (this.failure) throw this.failure;
  }

  #application(view: ApplicationView): OpenApplication {
    const { id } = view;
    const handles = () => this.handles();
    const application: OpenApplication = {
      ...view,
      get handles() {
        return handles();
      },
      hold: () => {
        this.held.push(`hold ${id}`);
        return () => this.held.push(`release ${id}`);
      },
      events: (options = {}) => {
        this.#record("events", id, options);
        return this.stream;
      },
      open: async (options) => {
        await this.#record("open", id, options);
        return this.#handle({ id: "own-1", privilege: "owner", phone: { id: options.phone }, application });
      },
      shutdown: async () => {
        await this.#record("shutdown", id);
        await this.during("shutdown");
      },
    };
    return application;
  }

  #handle(view: Pick<OpenHandle, "id" | "privilege" | "phone" | "application">): OpenHandle {
    const { id } = view;
    const masks = (): Masks => {
      this.#record("statusMessages", id);
      return { states: ["lamp"], buttonModes: [], buttonStates: [] };
    };
    return {
      ...view,
      get masks() {
        return masks();
      },
      requirePrivilege(operation) {
        if (view.privilege === "owner" || operation === "devSpecific") return;
        throw new PhoneError("NOTOWNER", `${operation} is for owners`);
      },
      request: async (operation, options) => {
        await this.#record("request", id, operation, options);
        await this.during("request");
        const done = this.done();
        return {
          requestId: ++this.#lastRequest,
          recorded: done,
          completed: done.then((record) => record && completedOf(record)),
          answered: () => {
            this.answered++;
            this.onAnswered();
          },
        };
      },
      get: async <Name extends GetterName>(getter: Name, params: GetterParameters[Name]) => {
        await this.#record("get", id, getter, params);
        await this.during("get");
        return this.got as GetterResults[Name];
      },
      setStatusMessages: async (asked) => {
        await this.#record("setStatusMessages", id, asked);
        return asked as Masks;
      },
      close: async () => {
        await this.#record("close", id);
        return { handle: id, lastHandle: true, completed: 3 };
      },
    };
  }
}

function completedOf({ requestId, outcome, result }: RequestRecord): Completed {
  if (outcome === null || result === null) throw new Error(`Request ${requestId} has not ended`);
  return { requestId, state: "completed", outcome, result };
}

/** The phone that there is. */
export const PHONE: PhoneView = {
  phone: "virtual:desk-1",
  deviceId: 0,
  name: "Desk 1",
  plugin: "virtual",
  connected: true,
  suspended: false,
  owner: null,
  monitors: 0,
  capabilities: { ...NO_CAPABILITIES, states: ["lamp"] },
};
