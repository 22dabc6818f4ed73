/**
 * Applications and handles as their transports use them.
 *
 * @module
 */
import { called, hold, shutdown, streamEvents, summaryOf } from "./applications.ts";
import { closeHandle } from "./close.ts";
import type { Masks } from "./contract/events.ts";
import type { GetterName, GetterParameters, GetterResults, OperationName } from "./contract/operations.ts";
import type { Closed } from "./contract/phone.ts";
import type {
  AcceptedRequest,
  Caller,
  EventStream,
  MaskNames,
  OpenApplication,
  OpenHandle,
  RequestOptions,
} from "./core.ts";
import type { Application, Handle } from "./exchange.ts";
import { get } from "./get.ts";
import { requireNotEnded, requireOpen } from "./lookup.ts";
import { setStatusMessages } from "./masks.ts";
import { openPhone } from "./open_phone.ts";
import { request, requirePrivilege } from "./request.ts";

/** An application's face: it reaches what the core remembers, and nobody reaches that through it. */
export class ApplicationFace implements OpenApplication {
  readonly #application: Application;
  readonly #caller: Caller;

  /** Whatever is called by it is the caller's. */
  constructor(application: Application, caller: Caller) {
    this.#application = application;
    this.#caller = caller;
  }

  get id(): string {
    return this.#application.id;
  }

  get name(): string {
    return this.#application.name;
  }

  get token(): string {
    return this.#application.token;
  }

  get leaseSeconds(): number {
    return this.#application.leaseSeconds;
  }

  get handles(): OpenApplication["handles"] {
    requireNotEnded(this.#application);
    return summaryOf(this.#application).handles;
  }

  hold(): () => void {
    return hold(this.#application);
  }

  events({ lastEvent }: { lastEvent?: number } = {}): EventStream {
    return streamEvents(this.#application, lastEvent);
  }

  async open(options: { phone: string; privilege: string }): Promise<OpenHandle> {
    called(this.#application, this.#caller);
    return new HandleFace(await openPhone(this.#application, { ...options, by: this.#caller }), this.#caller);
  }

  async shutdown(): Promise<void> {
    await shutdown(this.#application, { cause: "shutdown", by: this.#caller });
  }
}

/** A handle's face. */
export class HandleFace implements OpenHandle {
  readonly #handle: Handle;
  readonly #caller: Caller;

  /** As that of an application. */
  constructor(handle: Handle, caller: Caller) {
    this.#handle = handle;
    this.#caller = caller;
  }

  get id(): string {
    return this.#handle.id;
  }

  get privilege(): OpenHandle["privilege"] {
    return this.#handle.privilege;
  }

  get phone(): OpenHandle["phone"] {
    return { id: this.#handle.phone.id };
  }

  get application(): OpenApplication {
    return new ApplicationFace(this.#handle.application, this.#caller);
  }

  get masks(): Masks {
    requireOpen(this.#handle);
    return this.#handle.masks;
  }

  requirePrivilege(operation: OperationName): void {
    requirePrivilege(this.#handle, operation);
  }

  async request<Name extends OperationName>(operation: Name, options: RequestOptions<Name>): Promise<AcceptedRequest> {
    // Again, in the turn in which it is taken: its body may have been long in coming.
    called(this.#handle.application, this.#caller);
    return await request(this.#handle, operation, options);
  }

  async get<Name extends GetterName>(getter: Name, params: GetterParameters[Name]): Promise<GetterResults[Name]> {
    return await get(this.#handle, { getter, params });
  }

  async setStatusMessages(masks: MaskNames): Promise<Masks> {
    return await setStatusMessages(this.#handle, masks);
  }

  async close(): Promise<Closed> {
    return await closeHandle(this.#handle, { cause: "close", by: this.#caller });
  }
}
