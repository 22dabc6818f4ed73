/**
 * A request on its way out: taken, on disk, handed to its plugin.
 *
 * @module
 */
import { checkOperation } from "./check_parameters.ts";
import { complete, completeStopped, retire, stop } from "./complete.ts";
import { PHONE_ERRORS, PhoneError } from "./contract/errors.ts";
import { type Operation, OPERATION_TABLE } from "./contract/operation_table.ts";
import type { OperationName, OperationParameters } from "./contract/operations.ts";
import type { Completed, RequestRecord } from "./contract/record.ts";
import type { AcceptedRequest, RequestOptions } from "./core.ts";
import type { Handle, Request } from "./exchange.ts";
import { requireOpen } from "./lookup.ts";
import { completedOf, recordOf } from "./record.ts";

/** Keys that are remembered for each handle; the oldest is forgotten first. */
const MOST_KEYS = 1_024;

/** Makes a request, unless its key has been used before: then that one is given again. */
export async function request<Name extends OperationName>(
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Promise<AcceptedRequest> {
  const { key } = options;
  const known = key === undefined ? undefined : handle.keys.get(key);
  if (typeof known === "number") {
    const forgotten = Promise.resolve(undefined);
    return { requestId: known, recorded: forgotten, completed: forgotten, answered() {} };
  }
  if (known !== undefined) return await known;
  const accepted = accept(handle, operation, options);
  if (key !== undefined) remember(handle, { key, accepted });
  return await accepted;
}

/**
 * Remembers what a key stands for: the request until its reply is through, and then its id alone, or the parameters of
 * all would stay in memory.
 */
function remember({ keys }: Handle, { key, accepted }: { key: string; accepted: Promise<Accepted> }): void {
  keys.set(key, accepted);
  const isKept = () => keys.get(key) === accepted;
  accepted.then(async ({ requestId, told }) => {
    await told;
    if (isKept()) keys.set(key, requestId);
  }, () => {
    // A refused one is none: the key may be tried again.
    if (isKept()) keys.delete(key);
  });
  const [oldest] = keys.keys();
  if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
}

/** A class, because an object literal with a getter takes half a microsecond to make. */
class Accepted implements AcceptedRequest {
  readonly requestId: number;
  readonly #request: Request;

  constructor(request: Request, requestId: number) {
    this.#request = request;
    this.requestId = requestId;
  }

  get recorded(): Promise<RequestRecord> {
    return this.#request.recorded.promise.then(() => recordOf(this.#request));
  }

  get completed(): Promise<Completed> {
    return this.#request.recorded.promise.then(() => completedOf(this.#request));
  }

  get told(): Promise<void> {
    return this.#request.told.promise;
  }

  answered(): void {
    this.#request.answered.resolve();
  }
}

/**
 * Takes a request, puts its acceptance on disk and hands it to the plugin, in this order (invariant 1).
 *
 * @throws {PhoneError} A refusal that depends on nothing the plugin would know; no request was made then.
 */
async function accept<Name extends OperationName>(
  handle: Handle,
  operation: Name,
  options: RequestOptions<Name>,
): Promise<Accepted> {
  const outgoing = check(handle, operation, options);
  const taken = take(handle, operation, options);
  const { application, phone } = handle;
  const { exchange } = application;
  let id: number;
  try {
    id = await exchange.history.accept({
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
    retire(taken);
    handle.requests.delete(taken.number);
    taken.told.resolve();
    throw error;
  }
  exchange.requests.set(id, taken);
  taken.times.accepted = exchange.clock.monotonic();
  taken.observer?.accepted(id);
  if (taken.stage.name === "stopped") completeStopped(taken, { ...taken.stage, id });
  else dispatch(taken, { id, params: outgoing });
  return new Accepted(taken, id);
}

/**
 * Refuses what a monitor may not request. Privilege comes before shape (Q29): a transport calls this before it looks at
 * the parameters.
 *
 * @throws {PhoneError} `NOTOWNER`.
 */
export function requirePrivilege({ privilege }: Handle, operation: OperationName): void {
  const { monitorMay }: Operation = OPERATION_TABLE[operation];
  if (monitorMay || privilege === "owner") return;
  throw new PhoneError(
    "NOTOWNER",
    `${operation} changes the phone: the handle must be opened as owner, not as monitor`,
  );
}

function check<Name extends OperationName>(
  handle: Handle,
  operation: Name,
  { params, deadlineMs }: RequestOptions<Name>,
): OperationParameters[Name] {
  requireOpen(handle);
  requirePrivilege(handle, operation);
  const { phone, application: { exchange } } = handle;
  const outgoing = checkOperation(operation, params);
  const { longestDeadlineMs, inFlight } = exchange.bounds;
  if (
    deadlineMs !== undefined && !(Number.isInteger(deadlineMs) && deadlineMs > 0 && deadlineMs <= longestDeadlineMs)
  ) {
    throw new PhoneError("INVALPARAM", `deadlineMs ${deadlineMs} is not a whole number from 1 to ${longestDeadlineMs}`);
  }
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
  handle: Handle,
  operation: Name,
  { params, reference, deadlineMs }: RequestOptions<Name>,
): Request {
  const { phone, application: { exchange } } = handle;
  const { clock, bounds } = exchange;
  const ms = deadlineMs ?? bounds.operationMs;
  const now = clock.monotonic();
  const request: Request = {
    number: exchange.taken++,
    handle,
    operation,
    params,
    reference,
    acceptedAt: clock.wall(),
    deadlineAt: now + ms,
    times: { taken: now, accepted: 0, ended: 0 },
    observer: exchange.observer?.taken({ operation, phone: phone.id, plugin: phone.plugin.name }),
    cancelDeadline: clock.after(ms, () => expire(request)),
    stage: { name: "taken" },
    suppressed: false,
    answered: Promise.withResolvers(),
    recorded: Promise.withResolvers(),
    told: Promise.withResolvers(),
  };
  handle.requests.set(request.number, request);
  phone.outstanding.set(request.number, request);
  phone.plugin.inFlight++;
  return request;
}

function dispatch(
  request: Request,
  { id, params }: { id: number; params: OperationParameters[OperationName] },
): void {
  const { phone } = request.handle;
  const { process, exchange: { clock } } = phone.plugin;
  if (process === undefined) {
    throw new Error(`Cannot dispatch request ${id}: ${phone.id} is open without a plugin`);
  }
  request.stage = { name: "dispatched", id, at: clock.wall(), to: process };
  process.operate({
    requestId: id,
    phone: phone.localId,
    operation: request.operation,
    params,
    remainingMs: request.deadlineAt - request.times.accepted,
  });
}

function expire(request: Request): void {
  const { stage } = request;
  stop(request, { outcome: "timedOut", cause: "deadline" });
  if (stage.name !== "dispatched") return;
  complete(request, { outcome: "timedOut", result: PHONE_ERRORS.OPERATIONFAILED.value, cause: "deadline" });
  stage.to.abort(stage.id);
}
