/**
 * An application, over however many sockets.
 *
 * @module
 */
import type { HeldHandle } from "../core/contract/application.ts";
import type { PhoneEvent } from "../core/contract/events.ts";
import type { PhoneView } from "../core/contract/phone.ts";
import type { Cause, DamagedRecord, RequestRecord } from "../core/contract/record.ts";
import { object } from "../core/contract/shape.ts";
import { FoundRecord, OpenedHandle, Phone as PhoneShape, Phones } from "../core/contract/shapes/mod.ts";
import { PhoneError } from "../core/contract/errors.ts";
import { unlessAborted } from "../tools/mod.ts";
import { ApplicationEnded, PhoneClosed } from "./errors.ts";
import { EventFeed } from "./event_feed.ts";
import type { Line, LineListener } from "./line.ts";
import { type Abandonable, type HeldPhone, holdPhone, type Phone } from "./phone.ts";
import { Replies } from "./replies.ts";

/** How long a close waits for a connection that is not there, milliseconds. */
const UNCONNECTED_MS = 5_000;

/** What a program is to the server (TAPI's hPhoneApp), given by `connect`. */
export interface Application extends AsyncDisposable {
  /** Its id, as the history names it. */
  readonly id: string;
  /** Resolves when the application has ended, with why; never rejects. */
  readonly ended: Promise<ApplicationEnded>;

  /**
   * Every phone that the token may see.
   *
   * @throws {ApplicationEnded} As every call does once the application has ended.
   */
  phones(options?: Abandonable): Promise<PhoneView[]>;

  /**
   * One phone by its name, `PLUGIN:ID`: phoneGetDevCaps.
   *
   * @throws {PhoneError} `BADDEVICEID`, or `NODEVICE` if it was removed.
   */
  phone(name: string, options?: Abandonable): Promise<PhoneView>;

  /**
   * Opens a phone: phoneOpen. An owner may ask for every operation, a monitor listens. Closed when its block ends, if
   * held by `await using`.
   *
   * @param phone `PLUGIN:ID`.
   * @throws {PhoneError} `INUSE` if another handle owns it, `BADDEVICEID`, `NODEVICE`, `RESOURCEUNAVAIL`, or the
   * driver's own.
   */
  open(phone: string, options: Abandonable & { privilege: "owner" | "monitor" }): Promise<Phone>;

  /**
   * One record of a request that this token asked: what the history says of it. One that has `damaged` is not as it was
   * written, and may lack any other field but its `requestId`.
   *
   * @throws {CallRefused} If there is none.
   */
  request(requestId: number, options?: Abandonable): Promise<RequestRecord | DamagedRecord>;

  /**
   * Every event of the application from now on, in order, each once; a `GAP` tells what the server could not hold. Ends
   * with the application.
   *
   * @throws {RangeError} While reading, if more than 65,536 events wait to be read.
   */
  events(options?: Abandonable): AsyncIterableIterator<PhoneEvent>;

  /**
   * Ends the application and closes its phones: phoneShutdown. Without a connection it waits 5 s for one, and then
   * leaves the application to its lease.
   *
   * @param options.signal Leaves the application to its lease at once.
   */
  close(options?: Abandonable): Promise<void>;
  /** As {@linkcode Application.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The application of a line, which hears it. */
export function applicationOn(line: Line): LineListener & { readonly application: Application } {
  const ended = Promise.withResolvers<ApplicationEnded>();
  const feed = new EventFeed<PhoneEvent>();
  const phones = new Map<string, HeldPhone>();
  const request = (requestId: number, { signal }: Abandonable = {}) =>
    unlessAborted(line.call("phoneGetRequest", { requestId }, { shape: FoundRecord }), signal);
  const phone = (name: string, { signal }: Abandonable = {}) =>
    unlessAborted(line.call("phoneGetDevCaps", { phone: name }, { shape: PhoneShape }), signal);
  const replies = new Replies(request);
  /** Phones that were open and that the server did not tell of when the application was taken up again. */
  let missing: HeldPhone[] = [];

  function hold(held: HeldHandle): Phone {
    const opened = holdPhone(held, {
      line,
      view: (options) => phone(held.phone, options),
      feed,
      replies,
      onClosed: () => phones.delete(held.handle),
    });
    phones.set(held.handle, opened);
    return opened.phone;
  }

  async function open(
    name: string,
    { privilege, signal }: Abandonable & { privilege: "owner" | "monitor" },
  ): Promise<Phone> {
    const asked = line.call<HeldHandle, { opened: Phone }>("phoneOpen", { phone: name, privilege }, {
      shape: OpenedHandle,
      // Opened, and its answer lost: then it is a handle that nobody holds yet.
      recover(handles) {
        const lost = handles.find((held) =>
          held.phone === name && held.privilege === privilege && !phones.has(held.handle)
        );
        return lost && { result: { opened: hold(lost) } };
      },
    }).then((answer) => "opened" in answer ? answer.opened : hold(answer));
    try {
      return await unlessAborted(asked, signal);
    } catch (error) {
      // Abandoned: what is opened after all must not stay open.
      asked.then((phone) => phone.close()).catch(() => {});
      throw error;
    }
  }

  async function close({ signal }: Abandonable = {}): Promise<void> {
    const patience = line.connected ? 1_000 * line.application.leaseSeconds : UNCONNECTED_MS;
    const late = AbortSignal.any([AbortSignal.timeout(patience), ...(signal ? [signal] : [])]);
    try {
      await unlessAborted(line.call("phoneShutdown", {}, { shape: object({}) }), late);
    } catch (error) {
      // It has ended already, or will by itself.
      if (!(error instanceof ApplicationEnded || late.aborted)) throw error;
    } finally {
      await line.end(new ApplicationEnded("The application was shut down"));
    }
  }

  /** Closes a phone that the server has closed, and what is waited for through it. */
  function leave({ phone: { handle }, left }: HeldPhone, cause: Cause): void {
    replies.abandon(new PhoneClosed(`The phone was closed: ${cause}`, { cause }), handle);
    left(cause);
  }

  /**
   * Finds out why a phone was closed whose close fell into a gap: what it had outstanding was completed by the close,
   * and its record says why; a phone that is gone is not known any more. By the time of the answers an event that was
   * held has told the cause itself.
   */
  async function leaveMissing(held: HeldPhone): Promise<void> {
    const { handle, name } = held.phone;
    const [records, isRemoved] = await Promise.all([
      replies.lookUpAll(handle),
      phone(name).then(() => false, isNoDevice),
    ]);
    leave(
      held,
      records.map(closeCause).find((cause) => cause !== undefined) ?? (isRemoved ? "phoneRemoved" : "forcedClose"),
    );
  }

  const application: Application = {
    id: line.application.application,
    ended: ended.promise,
    async phones({ signal } = {}) {
      const { phones } = await unlessAborted(line.call("phoneGetPhones", {}, { shape: Phones }), signal);
      return phones;
    },
    phone,
    open,
    request,
    events: (options) => feed.read(options),
    close,
    [Symbol.asyncDispose]: close,
  };

  return {
    application,
    event(event) {
      if (event.type === "PHONE_REPLY") replies.take(event);
      if (event.type === "GAP") {
        // What fell into it is told by the records, and by the handles that are there no more.
        replies.missed();
        for (const held of missing.splice(0)) if (phones.has(held.phone.handle)) void leaveMissing(held);
      }
      feed.publish(event);
      if (event.type !== "PHONE_CLOSE") return;
      const held = phones.get(event.handle);
      if (held) leave(held, event.cause);
    },
    resumed(handles) {
      const known = new Set(handles.map(({ handle }) => handle));
      missing = [...phones].filter(([handle]) => !known.has(handle)).map(([, held]) => held);
    },
    ended(error) {
      ended.resolve(error);
      replies.abandon(error);
      for (const { left } of [...phones.values()]) left("shutdown");
      feed.end();
    },
  };
}

/** Why a request's phone was closed, if that was what ended the request. */
function closeCause({ outcome, cause }: RequestRecord): Cause | undefined {
  const byClose = outcome === "aborted" || outcome === "lost";
  return byClose && cause !== "closeDeadline" ? cause : undefined;
}

/** Whether an error says that there is no such phone any more. */
function isNoDevice(error: unknown): boolean {
  return error instanceof PhoneError && (error.code === "PHONEERR_NODEVICE" || error.code === "PHONEERR_BADDEVICEID");
}
