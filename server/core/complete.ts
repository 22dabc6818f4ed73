/**
 * A request on its way back: its end known, on disk, told.
 *
 * @module
 */
import { nameOfError, PHONE_ERRORS } from "./contract/errors.ts";
import type { Cause } from "./contract/record.ts";
import { tell } from "./deliver.ts";
import type { End, Request } from "./exchange.ts";
import { tookUs } from "./record.ts";

/**
 * Ends a dispatched request: exactly one completion, on disk before anybody is told (invariant 2), and a reply that
 * does not overtake the answer with the request's id (invariant 3). Does nothing for one that has not gone out or whose
 * end is known already.
 */
export async function complete(request: Request, end: End): Promise<void> {
  const { stage } = request;
  if (stage.name === "dispatched") await finish(request, { id: stage.id, dispatchedAt: stage.at, end });
}

/** Has a request that has not gone out yet never go out; for any other it does nothing. */
export function stop(request: Request, how: { outcome: "aborted" | "timedOut"; cause: Cause }): void {
  if (request.stage.name === "taken") request.stage = { name: "stopped", ...how };
}

/** Ends a stopped request, now that its acceptance is on disk. */
export async function completeStopped(
  request: Request,
  { id, outcome, cause }: { id: number; outcome: "aborted" | "timedOut"; cause: Cause },
): Promise<void> {
  const end = { outcome, cause, result: PHONE_ERRORS.OPERATIONFAILED.value };
  await finish(request, { id, dispatchedAt: null, end });
}

async function finish(
  request: Request,
  { id, dispatchedAt, end }: { id: number; dispatchedAt: number | null; end: End },
): Promise<void> {
  const { exchange } = request.handle.application;
  const at = exchange.clock.wall();
  request.cancelDeadline();
  request.times.ended = exchange.clock.monotonic();
  request.stage = { name: "ended", id, at, dispatchedAt, end };
  await exchange.history.complete({
    requestId: id,
    dispatchedAt,
    at,
    ...end,
    reply: request.suppressed ? "suppressed" : "sent",
    tookUs: tookUs(request.times),
  });
  exchange.requests.delete(id);
  retire(request);
  request.observer?.completed({
    requestId: id,
    outcome: end.outcome,
    cause: end.cause,
    takenAt: request.times.taken,
    acceptedAt: request.times.accepted,
    dispatched: dispatchedAt !== null,
    endedAt: request.times.ended,
    completedAt: exchange.clock.monotonic(),
  });
  if (!request.suppressed) await request.answered.promise;
  if (!request.suppressed) tell(request.handle.application, reply(request, { id, end }));
  request.handle.requests.delete(request.number);
  request.told.resolve();
}

/**
 * Takes a request out of what is outstanding and gives its credit back: its completion, or the refusal of its
 * acceptance, is certain.
 */
export function retire(request: Request): void {
  const { phone } = request.handle;
  phone.outstanding.delete(request.number);
  phone.plugin.inFlight--;
  request.recorded.resolve();
}

function reply(request: Request, { id, end }: { id: number; end: End }) {
  const code = nameOfError(end.result);
  return {
    type: "PHONE_REPLY",
    requestId: id,
    handle: request.handle.id,
    result: end.result,
    ...(code === undefined ? {} : { code }),
    outcome: end.outcome,
    ...(end.cause === undefined ? {} : { cause: end.cause }),
    ...(end.message === undefined ? {} : { message: end.message }),
    ...(request.reference === undefined ? {} : { reference: request.reference }),
  } as const;
}
