/**
 * An application: a client's session with the server, over however many sockets.
 *
 * @module
 */
import type { PhoneView } from "../core/contract/phone.ts";
import type { PhoneEvent } from "../core/contract/events.ts";
import type { Cause, RequestRecord } from "../core/contract/record.ts";
import { unlessAborted } from "../tools/mod.ts";
import { ApplicationEnded, PhoneClosed } from "./errors.ts";
import { EventFeed } from "./event_feed.ts";
import type { Address } from "./open_socket.ts";
import { type Begun, type HeldHandle, Line } from "./line.ts";
import { type Abandonable, Phone } from "./phone.ts";
import { Replies } from "./replies.ts";

/** How long a close waits for a connection that is not there, milliseconds. */
const UNCONNECTED_MS = 5_000;

/** A client's session (TAPI's hPhoneApp). Made by `connect`. */
export class Application implements AsyncDisposable {
  /** Resolves when the application has ended, with why; never rejects. */
  readonly ended: Promise<ApplicationEnded>;

  readonly #line: Line;
  readonly #feed = new EventFeed<PhoneEvent>();
  readonly #replies = new Replies((requestId) => this.request(requestId));
  readonly #phones = new Map<string, Phone>();
  #begun: Begun | undefined;
  /** The handles that the server told of when the application was last taken up again. */
  #known: readonly HeldHandle[] | undefined;

  /** @internal */
  constructor(options: { address: Address; name: string; leaseSeconds: number | undefined }) {
    const { promise, resolve } = Promise.withResolvers<ApplicationEnded>();
    this.ended = promise;
    this.#line = new Line({
      ...options,
      onEvent: (event) => this.#hear(event),
      onResumed: (handles) => this.#known = handles,
      onEnd: (error) => {
        resolve(error);
        this.#over(error);
      },
    });
  }

  /** @internal */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    this.#begun = await this.#line.begin(signal);
  }

  /** Its id, as the history names it. */
  get id(): string {
    return this.#begun?.application ?? "";
  }

  /**
   * Every phone that the token may see.
   *
   * @throws {ApplicationEnded} As every call does once the application has ended.
   */
  async phones(options: Abandonable = {}): Promise<PhoneView[]> {
    const { phones } = await this.#call("phoneGetPhones", {}, options) as { phones: PhoneView[] };
    return phones;
  }

  /**
   * One phone by its name, `PLUGIN:ID`: phoneGetDevCaps.
   *
   * @throws {PhoneError} `BADDEVICEID`, or `NODEVICE` if it was removed.
   */
  async phone(name: string, options: Abandonable = {}): Promise<PhoneView> {
    return await this.#call("phoneGetDevCaps", { phone: name }, options) as PhoneView;
  }

  /**
   * Opens a phone: phoneOpen. An owner may ask for every operation, a monitor listens. Closed when its block ends, if held by `await using`.
   *
   * @param phone `PLUGIN:ID`.
   * @throws {PhoneError} `INUSE` if another handle owns it, `BADDEVICEID`, `NODEVICE`, `RESOURCEUNAVAIL`, or the driver's own.
   */
  async open(phone: string, options: Abandonable & { privilege: "owner" | "monitor" }): Promise<Phone> {
    const { privilege, signal } = options;
    const asked = this.#line.call("phoneOpen", { phone, privilege }, {
      // Opened, and its answer lost: then it is a handle that nobody holds yet.
      recover: (handles) => {
        const lost = handles.find((held) =>
          held.phone === phone && held.privilege === privilege && !this.#phones.has(held.handle)
        );
        return lost && { result: this.#hold(lost) };
      },
    }).then((answer) => answer instanceof Phone ? answer : this.#hold(answer as HeldHandle));
    try {
      return await unlessAborted(asked, signal);
    } catch (error) {
      // Abandoned: what is opened after all must not stay open.
      asked.then((phone) => phone.close()).catch(() => {});
      throw error;
    }
  }

  /** One record of a request that this token asked: what the history says of it. @throws {CallRefused} If there is none. */
  async request(requestId: number, options: Abandonable = {}): Promise<RequestRecord> {
    return await this.#call("phoneGetRequest", { requestId }, options) as RequestRecord;
  }

  /**
   * Every event of the application from now on, in order, each once; a `GAP` tells what the server could not hold. Ends with the application.
   *
   * @throws {RangeError} While reading, if more than 65,536 events wait to be read.
   */
  events(options: Abandonable = {}): AsyncIterableIterator<PhoneEvent> {
    return this.#feed.read(options);
  }

  /**
   * Ends the application and closes its phones: phoneShutdown. Without a connection it waits 5 s for one, and then leaves the application to its lease.
   *
   * @param options.signal Leaves the application to its lease at once.
   */
  async close(options: Abandonable = {}): Promise<void> {
    const patience = this.#line.connected ? 1_000 * (this.#begun?.leaseSeconds ?? 0) : UNCONNECTED_MS;
    const late = AbortSignal.any([AbortSignal.timeout(patience), ...(options.signal ? [options.signal] : [])]);
    try {
      await unlessAborted(this.#line.call("phoneShutdown", {}), late);
    } catch (error) {
      // It has ended already, or will by itself.
      if (!(error instanceof ApplicationEnded || late.aborted)) throw error;
    } finally {
      await this.#line.end(new ApplicationEnded("The application was shut down"));
    }
  }

  /** As {@linkcode Application.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(method: string, params: object, { signal }: Abandonable): Promise<unknown> {
    return unlessAborted(this.#line.call(method, params), signal);
  }

  #hold({ handle, phone, privilege }: HeldHandle): Phone {
    const held = new Phone({ handle, phone, privilege, line: this.#line, feed: this.#feed, replies: this.#replies }, {
      onClosed: () => this.#phones.delete(handle),
    });
    this.#phones.set(handle, held);
    return held;
  }

  #hear(event: PhoneEvent): void {
    if (event.type === "PHONE_REPLY") this.#replies.take(event);
    if (event.type === "GAP") this.#catchUp();
    this.#feed.publish(event);
    if (event.type === "PHONE_CLOSE") this.#left(event.handle, event.cause);
  }

  /** What fell into a gap is told by the records, and by the handles that are there no more. */
  #catchUp(): void {
    this.#replies.missed();
    const known = new Set(this.#known?.map(({ handle }) => handle));
    for (const [handle, phone] of [...this.#phones]) {
      if (known.has(handle)) continue;
      this.#replies.settle(handle, closedBy("forcedClose"));
      phone.left("forcedClose");
    }
  }

  #left(handle: string, cause: Cause): void {
    this.#replies.abandon(closedBy(cause), handle);
    this.#phones.get(handle)?.left(cause);
  }

  #over(error: ApplicationEnded): void {
    this.#replies.abandon(error);
    for (const phone of [...this.#phones.values()]) phone.left("shutdown");
    this.#feed.end();
  }
}

function closedBy(cause: Cause): PhoneClosed {
  return new PhoneClosed(`The phone was closed: ${cause}`, { cause });
}
