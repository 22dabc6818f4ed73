/**
 * An open phone.
 *
 * @module
 */
import type { PhoneEvent } from "../core/contract/events.ts";
import type { ButtonMode, ButtonState, PhoneState, Privilege } from "../core/contract/names.ts";
import type {
  GetterName,
  GetterParameters,
  GetterResults,
  OperationName,
  OperationParameters,
} from "../core/contract/operations.ts";
import { PhoneError } from "../core/contract/errors.ts";
import type { Closed } from "../core/contract/phone.ts";
import type { Cause } from "../core/contract/record.ts";
import { methodName } from "../core/contract/socket.ts";
import { unlessAborted } from "../tools/mod.ts";
import { ApplicationEnded, PhoneClosed } from "./errors.ts";
import type { EventFeed } from "./event_feed.ts";
import type { HeldHandle, Line } from "./line.ts";
import type { Replies, Reply } from "./replies.ts";

/** What can be abandoned. What was asked goes on, unheard. */
export interface Abandonable {
  /** Gives up waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What an operation may be asked with. */
export interface AskOptions extends Abandonable {
  /** The application's own word for the request, at most 1,024 characters; it stands in the reply and the history. */
  reference?: string;
  /** How long the operation may take from its acceptance, milliseconds; unless configured 1 to 600,000, and 30,000 if left out. */
  deadlineMs?: number;
}

/** A request that is on disk and on its way. */
export interface AskedRequest {
  /** Its id, under which the history keeps it. */
  readonly requestId: number;
  /**
   * How it ended, told when that is on disk. Rejects with `PhoneClosed` if the phone is closed before, with `ApplicationEnded` if the application ends. Nobody
   * has to wait for it.
   */
  readonly reply: Promise<Reply>;
}

/** What a phone's handle wants to hear. */
export interface StatusMessages {
  /** Changes of the phone, `PHONE_STATE`. */
  states: PhoneState[];
  /** Of which buttons `PHONE_BUTTON` tells. */
  buttonModes: ButtonMode[];
  /** Which of their changes. */
  buttonStates: ButtonState[];
}

const UNHEARD = "The phone was closed; the request goes on unheard, and the history tells how it ended";

/** One opening of one phone. Made by `Application.open`. */
export class Phone implements AsyncDisposable {
  /** The handle's id. */
  readonly handle: string;
  /** `PLUGIN:ID`. */
  readonly name: string;
  /** As what it was opened. */
  readonly privilege: Privilege;
  /** Resolves when it is closed, with why: `close` by `close()`, another cause by force. Never rejects. */
  readonly closed: Promise<Cause>;

  readonly #line: Line;
  readonly #feed: EventFeed<PhoneEvent>;
  readonly #replies: Replies;
  readonly #left: (cause: Cause) => void;
  readonly #ended = new AbortController();

  /** @internal */
  constructor(
    parts: HeldHandle & { line: Line; feed: EventFeed<PhoneEvent>; replies: Replies },
    { onClosed }: { onClosed: () => void },
  ) {
    this.handle = parts.handle;
    this.name = parts.phone;
    this.privilege = parts.privilege;
    this.#line = parts.line;
    this.#feed = parts.feed;
    this.#replies = parts.replies;
    const { promise, resolve } = Promise.withResolvers<Cause>();
    this.closed = promise;
    this.#left = (cause) => {
      resolve(cause);
      this.#ended.abort();
      onClosed();
    };
  }

  /** A block of bytes for the driver, base64. Resolves when the operation has ended, as all nine do: look at `outcome`. */
  devSpecific(params: OperationParameters["devSpecific"], options?: AskOptions): Promise<Reply> {
    return this.#finish("devSpecific", params, options);
  }

  /** The meaning and text of a button. */
  setButtonInfo(params: OperationParameters["setButtonInfo"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setButtonInfo", params, options);
  }

  /** Bytes for a data area, base64. */
  setData(params: OperationParameters["setData"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setData", params, options);
  }

  /** Text on the display, from a zero-based row and column on. */
  setDisplay(params: OperationParameters["setDisplay"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setDisplay", params, options);
  }

  /** The gain of a microphone, 0 to 65,535. */
  setGain(params: OperationParameters["setGain"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setGain", params, options);
  }

  /** The hookswitch of one or more devices. */
  setHookSwitch(params: OperationParameters["setHookSwitch"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setHookSwitch", params, options);
  }

  /** The mode of a lamp. */
  setLamp(params: OperationParameters["setLamp"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setLamp", params, options);
  }

  /** The ring pattern, 0 for silence, and its volume. */
  setRing(params: OperationParameters["setRing"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setRing", params, options);
  }

  /** The volume of a speaker, 0 to 65,535. */
  setVolume(params: OperationParameters["setVolume"], options?: AskOptions): Promise<Reply> {
    return this.#finish("setVolume", params, options);
  }

  /**
   * Asks for one of the nine and resolves when it is accepted: on disk, not yet done. Asked once, also when the socket is lost meanwhile.
   *
   * @throws {PhoneError} A refusal: `NOTOWNER`, `OPERATIONUNAVAIL`, `REQUESTOVERRUN`, `RESOURCEUNAVAIL`, `INVAL…`. No request was made then.
   */
  async ask<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options: AskOptions = {},
  ): Promise<AskedRequest> {
    const { signal, ...rest } = options;
    const { gaps } = this.#replies;
    const asked = this.#call(methodName(operation), { ...params, ...rest, idempotencyKey: crypto.randomUUID() });
    const { requestId } = await unlessAborted(asked, signal) as { requestId: number };
    const reply = this.#replies.of(requestId, this.handle);
    if (this.#replies.gaps !== gaps) this.#replies.lookUp(requestId);
    return { requestId, reply };
  }

  /** The status of the phone (PHONESTATUS, contract 6.2). */
  getStatus(options?: Abandonable): Promise<GetterResults["getStatus"]> {
    return this.#get("getStatus", {}, options);
  }

  /** Which devices are off hook. */
  getHookSwitch(options?: Abandonable): Promise<GetterResults["getHookSwitch"]> {
    return this.#get("getHookSwitch", {}, options);
  }

  /** How it rings. */
  getRing(options?: Abandonable): Promise<GetterResults["getRing"]> {
    return this.#get("getRing", {}, options);
  }

  /** What the display shows. */
  getDisplay(options?: Abandonable): Promise<GetterResults["getDisplay"]> {
    return this.#get("getDisplay", {}, options);
  }

  /** The volume of a speaker. */
  getVolume(params: GetterParameters["getVolume"], options?: Abandonable): Promise<GetterResults["getVolume"]> {
    return this.#get("getVolume", params, options);
  }

  /** The gain of a microphone. */
  getGain(params: GetterParameters["getGain"], options?: Abandonable): Promise<GetterResults["getGain"]> {
    return this.#get("getGain", params, options);
  }

  /** The mode of a lamp. */
  getLamp(params: GetterParameters["getLamp"], options?: Abandonable): Promise<GetterResults["getLamp"]> {
    return this.#get("getLamp", params, options);
  }

  /** The meaning, text and state of a button. */
  getButtonInfo(
    params: GetterParameters["getButtonInfo"],
    options?: Abandonable,
  ): Promise<GetterResults["getButtonInfo"]> {
    return this.#get("getButtonInfo", params, options);
  }

  /** At most `size` bytes of a data area, base64. */
  getData(params: GetterParameters["getData"], options?: Abandonable): Promise<GetterResults["getData"]> {
    return this.#get("getData", params, options);
  }

  /** What this handle wants to hear from now on: phoneSetStatusMessages. A new handle hears replies only. */
  async setStatusMessages(messages: StatusMessages, options: Abandonable = {}): Promise<StatusMessages> {
    const answer = this.#call("phoneSetStatusMessages", messages);
    return await unlessAborted(answer, options.signal) as StatusMessages;
  }

  /** What this handle wants to hear: phoneGetStatusMessages. */
  async getStatusMessages(options: Abandonable = {}): Promise<StatusMessages> {
    return await unlessAborted(this.#call("phoneGetStatusMessages", {}), options.signal) as StatusMessages;
  }

  /** The events of this handle from now on, until it is closed. */
  events(options: Abandonable = {}): AsyncIterableIterator<PhoneEvent> {
    return this.#feed.read({
      signal: options.signal,
      end: this.#ended.signal,
      only: (event) => "handle" in event && event.handle === this.handle,
    });
  }

  /**
   * Closes the phone: phoneClose. Closing the only handle completes everything outstanding on the phone before it resolves.
   *
   * @returns What the close did; undefined if the phone was closed already, or its answer was lost with a socket.
   */
  async close(options: Abandonable = {}): Promise<Closed | undefined> {
    const { handle } = this;
    if (this.#ended.signal.aborted) return undefined;
    const asked = this.#line.call("phoneClose", { handle }, {
      recover: (handles) => handles.some((held) => held.handle === handle) ? undefined : { result: undefined },
    }) as Promise<Closed | undefined>;
    const closing = asked.catch((error) => {
      if (isGone(error)) return undefined;
      throw error;
    }).then(async (closed) => {
      // The application's own close suppresses replies: what it has completed is told by the records.
      await this.#replies.settle(handle, new PhoneClosed(UNHEARD, { cause: "close" }));
      this.left("close");
      return closed;
    });
    return await unlessAborted(closing, options.signal);
  }

  /** As {@linkcode Phone.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  left(cause: Cause): void {
    this.#left(cause);
  }

  #call(method: string, params: object): Promise<unknown> {
    return this.#line.call(method, { handle: this.handle, ...params });
  }

  async #finish<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options: AskOptions = {},
  ): Promise<Reply> {
    const { reply } = await this.ask(operation, params, options);
    return await unlessAborted(reply, options.signal);
  }

  async #get<Name extends GetterName>(
    getter: Name,
    params: GetterParameters[Name],
    options: Abandonable = {},
  ): Promise<GetterResults[Name]> {
    const answer = this.#call(methodName(getter), params);
    return await unlessAborted(answer, options.signal) as GetterResults[Name];
  }
}

/** Whether an error says that there is nothing left to close. */
function isGone(error: unknown): boolean {
  return error instanceof ApplicationEnded ||
    (error instanceof PhoneError && error.code === "PHONEERR_INVALPHONEHANDLE");
}
