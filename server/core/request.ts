/**
 * A request on its way out: taken, on disk, handed to its plugin.
 *
 * @module
 */
import { checkOperation } from "./check_parameters.ts";
import { complete, retire } from "./complete.ts";
import { PHONE_ERRORS, PhoneError } from "./contract/errors.ts";
import type { OperationName, OperationParameters } from "./contract/operations.ts";
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
export function request<Name extends OperationName>(
  exchange: Exchange,
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Promise<AcceptedRequest> {
  const { key } = options;
  if (key === undefined) return ask(exchange, handle, operation, options);
  const known = handle.keys.get(key);
  if (known) return known;
  const asked = ask(exchange, handle, operation, options);
  handle.keys.set(key, asked);
  // A refused one is none: the key may be tried again.
  asked.catch(() => handle.keys.delete(key));
  const [oldest] = handle.keys.keys();
  if (handle.keys.size > MOST_KEYS && oldest !== undefined) handle.keys.delete(oldest);
  return asked;
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
): Promise<AcceptedRequest> {
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
  return {
    requestId: taken.id,
    get done() {
      return taken.completed.promise.then(() => recordOf(taken));
    },
    answered: () => taken.answered.resolve(),
  };
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
