/**
 * Asking for one of the nine operations: the hot path.
 *
 * @module
 */
import type { AcceptedRequest, HandleView } from "../../core/core.ts";
import { PhoneError } from "../../core/contract/errors.ts";
import type { OperationName, OperationParameters } from "../../core/contract/operations.ts";
import type { RequestRecord } from "../../core/contract/record.ts";
import type { Clock } from "../../core/ports.ts";
import { json } from "../answer.ts";
import { readJson } from "../body.ts";
import { type Endpoint, handleOf } from "../endpoint.ts";
import type { HttpPorts } from "../ports.ts";
import { waitOf } from "../prefer.ts";
import { Refusal } from "../refusal.ts";
import type { ReplyRelease } from "../reply_release.ts";
import { fit } from "../shape.ts";
import { AnyOperation, OPERATION_SHAPES } from "./operation_shapes.ts";

const LONGEST_KEY = 255;

/** The route of requests. */
export function requestEndpoints({ core, clock, limits, replies }: HttpPorts & { replies: ReplyRelease }): Endpoint[] {
  const waited = async (handle: HandleView, { accepted, seconds }: { accepted: AcceptedRequest; seconds: number }) => {
    const release = core.hold(handle.application);
    try {
      return await doneWithin(accepted, { seconds, clock });
    } finally {
      release();
    }
  };
  return [
    {
      method: "POST",
      path: "/v1/handles/:handle/requests",
      scope: "phones:control",
      async run(call) {
        const { raw } = call.context.req;
        const handle = handleOf(call, core);
        const { operation, ...asked } = parseRequest(await readJson(raw, limits), handle);
        const seconds = waitOf(raw.headers.get("prefer"), limits.waitSeconds);
        const key = keyOf(raw.headers.get("idempotency-key"));
        const accepted = await core.request(handle, operation, key === undefined ? asked : { ...asked, key });
        const record = seconds === undefined ? undefined : await waited(handle, { accepted, seconds });
        replies.after(call.context.env.completed, accepted);
        const applied = seconds === undefined ? undefined : { "preference-applied": `wait=${seconds}` };
        if (record !== undefined) return json(record, { headers: { ...applied } });
        const location = `/v1/requests/${accepted.requestId}`;
        return json({ requestId: accepted.requestId, state: "accepted" }, {
          status: 202,
          headers: { location, ...applied },
        });
      },
    },
  ];
}

/** Under what a request is asked once only. */
function keyOf(header: string | null): string | undefined {
  if (header === null) return undefined;
  if (header.length <= LONGEST_KEY && /^[\x21-\x7e]+$/.test(header)) return header;
  throw new Refusal("bad-request", `Idempotency-Key must be 1 to ${LONGEST_KEY} visible ASCII characters`);
}

interface AskedRequest {
  operation: OperationName;
  params: OperationParameters[OperationName];
  reference?: string;
  deadlineMs?: number;
}

function parseRequest(body: unknown, handle: HandleView): AskedRequest {
  const { operation } = fit(body, { shape: AnyOperation, place: "body" });
  // Privilege comes before shape (contract 2.0): a monitor learns that it may not, whatever else is wrong with what it sent.
  if (operation !== "devSpecific" && handle.privilege === "monitor") {
    throw new PhoneError(
      "NOTOWNER",
      `${operation} changes the phone: the handle must be opened as owner, not as monitor`,
    );
  }
  const { operation: _, reference, deadlineMs, ...params } = fit(body, {
    shape: OPERATION_SHAPES[operation],
    place: "body",
  });
  return {
    operation,
    // The types are right, the values are not known to be: the core checks them, whatever the transport.
    params: params as OperationParameters[OperationName],
    ...(reference !== undefined && { reference }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** The record of a request if it ends in time. */
function doneWithin(
  accepted: AcceptedRequest,
  { seconds, clock }: { seconds: number; clock: Clock },
): Promise<RequestRecord | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(seconds * 1_000, () => resolve(undefined));
    accepted.done.then((record) => {
      cancel();
      resolve(record);
    });
  });
}
