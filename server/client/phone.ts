/**
 * An open phone.
 *
 * @module
 */
import type { HeldHandle } from "../core/contract/application.ts";
import type { ButtonCapability } from "../core/contract/capabilities.ts";
import { PhoneError } from "../core/contract/errors.ts";
import type { Masks, PhoneEvent } from "../core/contract/events.ts";
import {
  BUTTON_FUNCTIONS,
  type ButtonFunction,
  isVendorButtonFunction,
  type Privilege,
} from "../core/contract/names.ts";
import {
  type GetterName,
  type GetterParameters,
  type GetterResults,
  type OperationName,
  type OperationParameters,
  OPERATIONS,
} from "../core/contract/operations.ts";
import type { Closed, PhoneView } from "../core/contract/phone.ts";
import type { Cause } from "../core/contract/record.ts";
import { object, type Shape } from "../core/contract/shape.ts";
import { ClosedHandle, GETTER_ANSWERS, Masks as MasksShape, Seq } from "../core/contract/shapes/mod.ts";
import { methodName } from "../core/contract/socket.ts";
import { unlessAborted } from "../tools/mod.ts";
import { ApplicationEnded, NotSucceeded, PhoneClosed } from "./errors.ts";
import type { EventFeed } from "./event_feed.ts";
import type { Line } from "./line.ts";
import type { Replies, Reply, Success } from "./replies.ts";

/** What can be abandoned. What was asked goes on, unheard. */
export interface Abandonable {
  /** Gives up waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What an operation may be asked with. */
export interface AskOptions extends Abandonable {
  /** The application's own word for the request, at most 1,024 characters; it stands in the reply and the history. */
  reference?: string;
  /**
   * How long the operation may take from its acceptance, milliseconds; unless configured 1 to 600,000, and 30,000 if
   * left out.
   */
  deadlineMs?: number;
}

/** A request that is on disk and on its way. */
export interface AskedRequest {
  /** Its id, under which the history keeps it. */
  readonly requestId: number;
  /**
   * How it ended, told when that is on disk. Rejects with `PhoneClosed` if the phone is closed before, with
   * `ApplicationEnded` if the application ends. Nobody has to wait for it.
   */
  readonly reply: Promise<Reply>;
}

/** Operations that take these parameters, as a phone has them: a tenth row of the table is a tenth method. */
export type OperationsOf<Taken extends object, Answer = Success> = {
  readonly [Name in keyof Taken]: (params: Taken[Name], options?: AskOptions) => Promise<Answer>;
};

/**
 * The nine operations. What each sets and takes is told by its row in the table of operations (`summary`, and the
 * `description` of each parameter); bytes are base64. Each resolves when the operation has succeeded, and rejects with
 * `NotSucceeded` when it has ended otherwise; with another `PhoneError` when it was refused, and no request was made.
 */
export type Operations = OperationsOf<OperationParameters>;

/** One opening of one phone, given by `Application.open`. */
export interface Phone extends Operations, AsyncDisposable {
  /**
   * The nine operations, each of which resolves with how it ended, whatever that is: look at `outcome`. What is refused
   * rejects here, too.
   */
  readonly try: OperationsOf<OperationParameters, Reply>;

  /** The handle's id. */
  readonly handle: string;
  /** `PLUGIN:ID`. */
  readonly name: string;
  /** As what it was opened. */
  readonly privilege: Privilege;
  /**
   * Resolves when it is closed, with why: `close` by `close()`, another cause by force. Never rejects. Where the event
   * that tells the cause was dropped and nothing else tells it, it is `forcedClose`.
   */
  readonly closed: Promise<Cause>;

  /**
   * Asks for one of the nine and resolves when it is accepted: on disk, not yet done. Asked once, also when the socket
   * is lost meanwhile.
   *
   * @throws {PhoneError} A refusal: `NOTOWNER`, `OPERATIONUNAVAIL`, `REQUESTOVERRUN`, `RESOURCEUNAVAIL`, `INVAL…`. No
   * request was made then.
   */
  ask<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options?: AskOptions,
  ): Promise<AskedRequest>;

  /**
   * The first button or lamp that has a function, such as `msgIndicator`: its `id` is what `setLamp`, `getButtonInfo`
   * and `press` take. Functions change while the phone is there, so the server is asked each time; all buttons stand in
   * the capabilities that `Application.phone` gives.
   *
   * @throws {PhoneError} `INVALBUTTONLAMPID` if none has that function, `NODEVICE` if the phone was removed, `INVALPARAM`
   * if there is no such function at all: the server is not asked then.
   */
  button(wanted: ButtonFunction, options?: Abandonable): Promise<ButtonCapability>;

  /**
   * Presses a button and lets it go, as the person at the phone does (contract 5.4). A monitor may, too: it is
   * `devSpecific` in the form that every phone with `pressable` buttons takes.
   *
   * @throws {PhoneError} `INVALBUTTONLAMPID` if there is no such button, `OPERATIONUNAVAIL` if it is not `pressable`:
   * nothing was sent to the phone then. Otherwise as {@linkcode Operations}.
   */
  press(button: number, options?: AskOptions): Promise<Success>;

  /** The status of the phone (PHONESTATUS, contract 6.2). */
  getStatus(options?: Abandonable): Promise<GetterResults["getStatus"]>;
  /** Which devices are off hook. */
  getHookSwitch(options?: Abandonable): Promise<GetterResults["getHookSwitch"]>;
  /** How it rings. */
  getRing(options?: Abandonable): Promise<GetterResults["getRing"]>;
  /** What the display shows. */
  getDisplay(options?: Abandonable): Promise<GetterResults["getDisplay"]>;
  /** The volume of a speaker. */
  getVolume(params: GetterParameters["getVolume"], options?: Abandonable): Promise<GetterResults["getVolume"]>;
  /** The gain of a microphone. */
  getGain(params: GetterParameters["getGain"], options?: Abandonable): Promise<GetterResults["getGain"]>;
  /** The mode of a lamp. */
  getLamp(params: GetterParameters["getLamp"], options?: Abandonable): Promise<GetterResults["getLamp"]>;
  /** The meaning, text and state of a button. */
  getButtonInfo(
    params: GetterParameters["getButtonInfo"],
    options?: Abandonable,
  ): Promise<GetterResults["getButtonInfo"]>;
  /** At most `size` bytes of a data area, base64. */
  getData(params: GetterParameters["getData"], options?: Abandonable): Promise<GetterResults["getData"]>;

  /** What this handle wants to hear from now on: phoneSetStatusMessages. A new handle hears what no mask stops. */
  setStatusMessages(messages: Masks, options?: Abandonable): Promise<Masks>;
  /** What this handle wants to hear: phoneGetStatusMessages. */
  getStatusMessages(options?: Abandonable): Promise<Masks>;
  /** The events of this handle from now on, until it is closed. */
  events(options?: Abandonable): AsyncIterableIterator<PhoneEvent>;

  /**
   * Closes the phone: phoneClose. Closing the only handle completes everything outstanding on the phone before it
   * resolves.
   *
   * @returns What the close did; undefined if the phone was closed already, or its answer was lost with a socket.
   */
  close(options?: Abandonable): Promise<Closed | undefined>;
  /** As {@linkcode Phone.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A phone, for the application that has it open. */
export interface HeldPhone {
  /** As whoever opened it has it. */
  readonly phone: Phone;
  /** Tells it why it was closed; the first time counts. */
  left(cause: Cause): void;
}

const UNHEARD = "The phone was closed; the request goes on unheard, and the history tells how it ended";

const Accepted = object({ requestId: Seq });

/** The phone of a handle. */
export function holdPhone(
  { handle, phone: name, privilege }: HeldHandle,
  { line, view, feed, replies, onClosed }: {
    line: Line;
    /** Asks what the phone is now. */
    view: (options?: Abandonable) => Promise<PhoneView>;
    feed: EventFeed<PhoneEvent>;
    replies: Replies;
    /** Called when it is closed, whoever did it. */
    onClosed: () => void;
  },
): HeldPhone {
  const closed = Promise.withResolvers<Cause>();
  const ended = new AbortController();

  function left(cause: Cause): void {
    closed.resolve(cause);
    ended.abort();
    onClosed();
  }

  function call<Answer>(
    method: string,
    { params, shape, options: { signal } = {} }: { params: object; shape: Shape<Answer>; options?: Abandonable },
  ): Promise<Answer> {
    return unlessAborted(line.call(method, { handle, ...params }, { shape }), signal);
  }

  async function ask<Name extends OperationName>(
    operation: Name,
    params: OperationParameters[Name],
    options: AskOptions = {},
  ): Promise<AskedRequest> {
    const { signal, ...rest } = options;
    const { gaps } = replies;
    const { requestId } = await call(methodName(operation), {
      params: { ...params, ...rest, idempotencyKey: crypto.randomUUID() },
      shape: Accepted,
      options: { signal },
    });
    const reply = replies.of(requestId, handle);
    if (replies.gaps !== gaps) replies.lookUp(requestId);
    return { requestId, reply };
  }

  function get<Name extends GetterName>(
    getter: Name,
    params: GetterParameters[Name],
    options?: Abandonable,
  ): Promise<GetterResults[Name]> {
    return call(methodName(getter), { params, shape: GETTER_ANSWERS[getter], ...(options && { options }) });
  }

  async function find(
    is: (button: ButtonCapability) => boolean,
    { missing, ...options }: Abandonable & { missing: string },
  ): Promise<ButtonCapability> {
    const { capabilities } = await view(options);
    const found = capabilities.buttons.find(is);
    if (found) return found;
    throw new PhoneError("INVALBUTTONLAMPID", `${name} has no ${missing}; its capabilities name the buttons it has`);
  }

  async function button(wanted: ButtonFunction, options?: Abandonable): Promise<ButtonCapability> {
    if (!BUTTON_FUNCTIONS.some((name) => name === wanted) && !isVendorButtonFunction(wanted)) {
      throw new PhoneError(
        "INVALPARAM",
        `No button is for ${wanted}: functions are ${
          BUTTON_FUNCTIONS.join(" ")
        }, and a vendor's are numbers from 2147483648 on`,
      );
    }
    return await find((button) => button.function === wanted, { missing: `button or lamp for ${wanted}`, ...options });
  }

  async function press(id: number, options: AskOptions = {}): Promise<Success> {
    const { signal } = options;
    const { pressable } = await find((button) => button.id === id, { missing: `button ${id}`, signal });
    if (!pressable) {
      throw new PhoneError(
        "OPERATIONUNAVAIL",
        `Button ${id} of ${name} cannot be pressed from afar; those can that are pressable in its capabilities`,
      );
    }
    return await phone.devSpecific({ params: btoa(JSON.stringify({ press: id })) }, options);
  }

  async function close({ signal }: Abandonable = {}): Promise<Closed | undefined> {
    if (ended.signal.aborted) return undefined;
    const asked = line.call<Closed, undefined>("phoneClose", { handle }, {
      shape: ClosedHandle,
      recover: (handles) => handles.some((held) => held.handle === handle) ? undefined : { result: undefined },
    });
    const closing = asked.catch((error) => {
      if (isGone(error)) return undefined;
      throw error;
    }).then(async (closed) => {
      // The application's own close suppresses replies: what it has completed is told by the records.
      await replies.lookUpAll(handle);
      replies.abandon(new PhoneClosed(UNHEARD, { cause: "close" }), handle);
      left("close");
      return closed;
    });
    return await unlessAborted(closing, signal);
  }

  const phone: Phone = {
    ...operationsOf(ask, (reply, operation) => successOf(reply, { operation, phone: name })),
    try: operationsOf(ask, (reply) => reply),
    handle,
    name,
    privilege,
    closed: closed.promise,
    ask,
    button,
    press,
    getStatus: (options) => get("getStatus", {}, options),
    getHookSwitch: (options) => get("getHookSwitch", {}, options),
    getRing: (options) => get("getRing", {}, options),
    getDisplay: (options) => get("getDisplay", {}, options),
    getVolume: (params, options) => get("getVolume", params, options),
    getGain: (params, options) => get("getGain", params, options),
    getLamp: (params, options) => get("getLamp", params, options),
    getButtonInfo: (params, options) => get("getButtonInfo", params, options),
    getData: (params, options) => get("getData", params, options),
    setStatusMessages: ({ states, buttonModes, buttonStates }, options = {}) =>
      call("phoneSetStatusMessages", { params: { states, buttonModes, buttonStates }, shape: MasksShape, options }),
    getStatusMessages: (options = {}) => call("phoneGetStatusMessages", { params: {}, shape: MasksShape, options }),
    events: ({ signal } = {}) =>
      feed.read({ signal, end: ended.signal, only: (event) => "handle" in event && event.handle === handle }),
    close,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
  return { phone, left };
}

/** The nine, each of which asks, waits for its end, and gives what that comes to. */
function operationsOf<Answer>(
  ask: Phone["ask"],
  answerOf: (reply: Reply, operation: OperationName) => Answer,
): OperationsOf<OperationParameters, Answer> {
  const operation =
    <Name extends OperationName>(name: Name) =>
    async (params: OperationParameters[Name], options: AskOptions = {}): Promise<Answer> => {
      const { reply } = await ask(name, params, options);
      return answerOf(await unlessAborted(reply, options.signal), name);
    };
  return Object.fromEntries(OPERATIONS.map((name) => [name, operation(name)])) as OperationsOf<
    OperationParameters,
    Answer
  >;
}

/** The reply of what succeeded. @throws {NotSucceeded} If it ended otherwise. */
function successOf(reply: Reply, asked: { operation: OperationName; phone: string }): Success {
  const { outcome } = reply;
  if (outcome === "succeeded") return { ...reply, outcome };
  throw new NotSucceeded({ ...reply, outcome }, asked);
}

/** Whether an error says that there is nothing left to close. */
function isGone(error: unknown): boolean {
  return error instanceof ApplicationEnded ||
    (error instanceof PhoneError && error.code === "PHONEERR_INVALPHONEHANDLE");
}
