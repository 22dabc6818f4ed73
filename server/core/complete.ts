/**
 * A request on its way back: its end known, on disk, told.
 *
 * @module
 */
import { nameOfError } from "./contract/errors.ts";
import { tell } from "./deliver.ts";
import type { End, Exchange, Request } from "./exchange.ts";

/**
 * Ends a request: exactly one completion, on disk before anybody is told (invariant 2), and a reply that does not overtake the answer with the
 * request's id (invariant 3). Does nothing if its end is known already.
 */
export async function complete(exchange: Exchange, request: Request, end: End): Promise<void> {
  if (request.end) return;
  request.cancelDeadline();
  request.times.ended = exchange.clock.monotonic();
  request.end = { at: exchange.clock.wall(), ...end };
  await exchange.history.complete({
    requestId: request.id,
    dispatchedAt: request.dispatchedAt,
    ...request.end,
    reply: request.suppressed ? "suppressed" : "sent",
  });
  retire(exchange, request);
  observe(exchange, request, end);
  if (!request.suppressed) await request.answered.promise;
  if (!request.suppressed) tell(exchange, request.handle.application, reply(request, end));
  request.handle.requests.delete(request);
  request.over.resolve();
}

function observe(exchange: Exchange, { id, times, dispatchedAt, observer }: Request, { outcome, cause }: End): void {
  observer?.completed({
    requestId: id,
    outcome,
    cause,
    takenAt: times.taken,
    acceptedAt: times.accepted,
    dispatched: dispatchedAt !== null,
    endedAt: times.ended,
    completedAt: exchange.clock.monotonic(),
  });
}

/** Takes a request out of what is outstanding and gives its credit back: its completion, or the refusal of its acceptance, is certain. */
export function retire(exchange: Exchange, request: Request): void {
  const { phone } = request.handle;
  exchange.requests.delete(request.id);
  phone.outstanding.delete(request);
  phone.plugin.inFlight--;
  request.completed.resolve();
}

function reply(request: Request, end: End) {
  const code = nameOfError(end.result);
  return {
    type: "PHONE_REPLY",
    requestId: request.id,
    handle: request.handle.id,
    result: end.result,
    ...(code === undefined ? {} : { code }),
    outcome: end.outcome,
    ...(end.cause === undefined ? {} : { cause: end.cause }),
    ...(end.message === undefined ? {} : { message: end.message }),
    ...(request.reference === undefined ? {} : { reference: request.reference }),
  } as const;
}
