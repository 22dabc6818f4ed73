/**
 * A request on its way out: taken, on disk, handed to its plugin.
 *
 * @module
 */
import { checkOperation } from "./check_parameters.ts";
import { complete, retire } from "./complete.ts";
import { PHONE_ERRORS, PhoneError } from "./contract/errors.ts";
import type { OperationName, OperationParameters } from "./contract/operations.ts";
import type { RequestRecord } from "./contract/record.ts";
import type { AcceptedRequest } from "./core.ts";
import type { Exchange, Handle, Request } from "./exchange.ts";
import { recordOf } from "./record.ts";

/** What a request is given besides its operation. */
export interface RequestOptions<Name extends OperationName> {
  params: OperationParameters[Name];
  reference?: string;
  deadlineMs?: number;
  /** The same key on the same handle gives the same request again, whatever else is asked. */
  key?: string;
}

/** Keys that are remembered for each handle; the oldest is forgotten first. */
const MOST_KEYS = 1_024;

/** Asks a request, unless its key has been asked before: then that one is given again. */
export async function request<Name extends OperationName>(
  exchange: Exchange,
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Promise<AcceptedRequest> {
  const { key } = options;
  const known = key === undefined ? undefined : handle.keys.get(key);
  if (typeof known === "number") return over(known);
  if (known !== undefined) return new Accepted(await known);
  const asked = ask(exchange, handle, operation, options);
  if (key !== undefined) remember(handle, key, asked);
  return new Accepted(await asked);
}

/** Remembers what a key asked for: the request while it goes on, and of one that is over its id alone, or the parameters of all would stay in memory. */
function remember(handle: Handle, key: string, asked: Promise<Request>): void {
  const { keys } = handle;
  keys.set(key, asked);
  const isKept = () => keys.get(key) === asked;
  asked.then(async (request) => {
    await request.over.promise;
    if (isKept()) keys.set(key, request.id);
  }, () => {
    // A refused one is none: the key may be tried again.
    if (isKept()) keys.delete(key);
  });
  const [oldest] = keys.keys();
  if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
}

/** A class, because an object literal with a getter takes half a microsecond to make. */
class Accepted implements AcceptedRequest {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get requestId(): number {
    return this.#request.id;
  }

  get done(): Promise<RequestRecord> {
    return this.#request.completed.promise.then(() => recordOf(this.#request));
  }

  answered(): void {
    this.#request.answered.resolve();
  }
}

/** One whose reply has been released, or suppressed, before its key was asked again. */
function over(requestId: number): AcceptedRequest {
  return { requestId, done: Promise.resolve(undefined), answered() {} };
}

/**
 * Takes a request, puts its acceptance on disk and hands it to the plugin, in this order (invariant 1).
 *
 * @throws {PhoneError} A refusal that depends on nothing the plugin would know; no request was made then.
 */
async function ask<Name extends OperationName>(
  exchange: Exchange,
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Promise<Request> {
  const outgoing = check(exchange, handle, operation, options);
  const taken = take(exchange, handle, operation, options);
  const { application, phone } = handle;
  try {
    taken.id = await exchange.history.accept({
      at: taken.acceptedAt,
      operation,
      params: taken.params,
      phone: phone.id,
      plugin: phone.plugin.name,
      application: { id: application.id, name: application.name },
      token: application.token,
      handle: handle.id,
      ...(taken.reference === undefined ? {} : { reference: taken.reference }),
    });
  } catch (error) {
    taken.cancelDeadline();
    retire(exchange, taken);
    handle.requests.delete(taken);
    taken.over.resolve();
    throw error;
  }
  exchange.requests.set(taken.id, taken);
  taken.times.accepted = exchange.clock.monotonic();
  taken.observer?.accepted(taken.id);
  if (taken.stopped) complete(exchange, taken, { ...taken.stopped, result: PHONE_ERRORS.OPERATIONFAILED.value });
  else dispatch(exchange, taken, outgoing);
  return taken;
}

function check<Name extends OperationName>(
  exchange: Exchange,
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): OperationParameters[Name] {
  if (handle.closed) throw new PhoneError("INVALPHONEHANDLE");
  if (operation !== "devSpecific" && handle.privilege !== "owner") {
    throw new PhoneError("NOTOWNER", `${operation} needs a handle that owns the phone; this one monitors it`);
  }
  const outgoing = checkOperation(operation, options.params);
  const { deadlineMs } = options;
  const { longestDeadlineMs, inFlight } = exchange.bounds;
  if (
    deadlineMs !== undefined && !(Number.isInteger(deadlineMs) && deadlineMs > 0 && deadlineMs <= longestDeadlineMs)
  ) {
    throw new PhoneError("INVALPARAM", `deadlineMs ${deadlineMs} is not a whole number from 1 to ${longestDeadlineMs}`);
  }
  const { phone } = handle;
  if (!phone.methods.has(operation)) {
    throw new PhoneError("OPERATIONUNAVAIL", `${phone.id} does not offer ${operation}`);
  }
  if (exchange.stopping) throw new PhoneError("RESOURCEUNAVAIL", "The server is stopping");
  if (handle.requests.size >= inFlight || phone.plugin.inFlight >= inFlight) {
    throw new PhoneError("REQUESTOVERRUN", `${inFlight} requests are in flight; ask again when one has completed`);
  }
  const { trouble } = exchange.history;
  if (trouble !== undefined) throw new PhoneError("RESOURCEUNAVAIL", trouble);
  return outgoing;
}

function take<Name extends OperationName>(
  exchange: Exchange,
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Request {
  const { clock, bounds } = exchange;
  const ms = options.deadlineMs ?? bounds.operationMs;
  const { phone } = handle;
  const now = clock.monotonic();
  const request: Request = {
    id: 0,
    handle,
    operation,
    params: exchange.redact(operation, options.params),
    reference: options.reference,
    acceptedAt: clock.wall(),
    deadlineAt: now + ms,
    times: { taken: now, accepted: 0, ended: 0 },
    observer: exchange.observer?.taken({ operation, phone: phone.id, plugin: phone.plugin.name }),
    cancelDeadline: clock.after(ms, () => expire(exchange, request)),
    dispatchedAt: null,
    dispatchedTo: undefined,
    stopped: undefined,
    end: undefined,
    suppressed: false,
    answered: Promise.withResolvers(),
    completed: Promise.withResolvers(),
    over: Promise.withResolvers(),
  };
  handle.requests.add(request);
  phone.outstanding.add(request);
  phone.plugin.inFlight++;
  return request;
}

function dispatch(exchange: Exchange, request: Request, params: OperationParameters[OperationName]): void {
  const { phone } = request.handle;
  const process = phone.plugin.process;
  if (process === undefined) {
    throw new Error(`Cannot dispatch request ${request.id}: ${phone.id} is open without a plugin`);
  }
  request.dispatchedAt = exchange.clock.wall();
  request.dispatchedTo = process;
  process.operate({
    requestId: request.id,
    phone: phone.localId,
    operation: request.operation,
    params,
    remainingMs: request.deadlineAt - request.times.accepted,
  });
}

function expire(exchange: Exchange, request: Request): void {
  if (request.end) return;
  if (request.dispatchedTo === undefined) {
    request.stopped ??= { outcome: "timedOut", cause: "deadline" };
    return;
  }
  complete(exchange, request, {
    outcome: "timedOut",
    result: PHONE_ERRORS.OPERATIONFAILED.value,
    cause: "deadline",
  });
  request.dispatchedTo.abort(request.id);
}
