/**
 * Asking for one of the nine operations: the hot path.
 *
 * @module
 */
import type { Token } from "../../access/mod.ts";
import {
  AnyOperation,
  type CalledRequest,
  calledRequest,
  completedRequest,
  fit,
  OPERATION_SHAPES,
} from "../../api/mod.ts";
import type { OperationName } from "../../core/contract/operations.ts";
import { either } from "../../core/contract/shape.ts";
import { AcceptedRequest as Accepted, CompletedRequest, FoundRecord } from "../../core/contract/shapes/mod.ts";
import type { AcceptedRequest, OpenHandle } from "../../core/mod.ts";
import { json } from "../answering/answer.ts";
import { RequestBody } from "../openapi/request_body.ts";
import { keyOf, preferencesOf } from "../reading/headers.ts";
import { bodyOf, type Endpoint, handleOf } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The route of requests. */
export function requestEndpoints(
  { applications, reader, clock, bounds, replies, waits }: Pick<
    AppPorts,
    "applications" | "reader" | "clock" | "bounds" | "replies" | "waits"
  >,
): Endpoint[] {
  const waited = async (
    { application }: OpenHandle,
    { token, accepted, seconds, isMinimal }: {
      token: Token;
      accepted: AcceptedRequest;
      seconds: number;
      isMinimal: boolean;
    },
  ) => {
    const release = application.hold();
    const givenUp = Promise.withResolvers<undefined>();
    const endWait = waits.begin(token, () => givenUp.resolve(undefined));
    const cancel = clock.after(seconds * 1_000, () => givenUp.resolve(undefined));
    // Of a request that was over when its key was asked again only the history has the record.
    const ended = isMinimal
      ? completedRequest(accepted, reader)
      : accepted.recorded.then((record) => record ?? reader.request(accepted.requestId));
    try {
      return await Promise.race([ended, givenUp.promise]);
    } finally {
      cancel();
      endWait();
      release();
    }
  };
  return [
    {
      method: "POST",
      path: "/v1/handles/:handle/requests",
      scope: "phones:control",
      description: {
        id: "askOperation",
        tag: "requests",
        summary: "Ask for one of the nine operations",
        description:
          "What depends on the phone is found out by its plugin, after the acceptance, and ends as `failed`. All but `devSpecific` need a handle that " +
          "owns the phone. With `Prefer: wait` the answer is the record if the request ends in time, also when it failed; with `return=minimal` beside " +
          "it no more than how it ended.",
        body: RequestBody,
        headers: ["Idempotency-Key", "Prefer"],
        answers: {
          200: {
            description: "The request has ended in the time that the caller was ready to wait.",
            body: either(FoundRecord, CompletedRequest),
            headers: ["Preference-Applied"],
          },
          202: {
            description: "The request is accepted: it is on disk, and its PHONE_REPLY will follow.",
            body: Accepted,
            headers: ["Location", "Preference-Applied"],
          },
        },
        problems: [
          "NOTOWNER",
          "INVALPHONEHANDLE",
          "INVALBUTTONLAMPID",
          "INVALBUTTONMODE",
          "INVALDATAID",
          "INVALHOOKSWITCHDEV",
          "INVALHOOKSWITCHMODE",
          "INVALLAMPMODE",
          "INVALPARAM",
          "INVALRINGMODE",
          "REQUESTOVERRUN",
          "OPERATIONUNAVAIL",
        ],
      },
      async serve(call) {
        const { raw } = call.context.req;
        const handle = handleOf(call, applications);
        const { operation, ...asked } = parseRequest(await bodyOf(call, bounds), handle);
        const { wait: seconds, return: wanted } = preferencesOf(raw.headers.get("prefer"), bounds.waitSeconds);
        const key = keyOf(raw.headers.get("idempotency-key"));
        const accepted = await handle.request(operation, key === undefined ? asked : { ...asked, key });
        const ended = seconds === undefined
          ? undefined
          : await waited(handle, { token: call.token, accepted, seconds, isMinimal: wanted === "minimal" });
        replies.after(call.context.env.completed, accepted);
        if (ended !== undefined) return json(ended, { headers: applied(seconds, wanted) });
        const location = `/v1/requests/${accepted.requestId}`;
        return json({ requestId: accepted.requestId, state: "accepted" }, {
          status: 202,
          headers: { location, ...applied(seconds) },
        });
      },
    },
  ];
}

/** Tells which preferences the answer goes by. */
function applied(seconds: number | undefined, wanted?: string): Record<string, string> {
  if (seconds === undefined) return {};
  return { "preference-applied": `wait=${seconds}${wanted === undefined ? "" : `, return=${wanted}`}` };
}

function parseRequest(body: unknown, handle: OpenHandle): CalledRequest & { operation: OperationName } {
  const { operation } = fit(body, { shape: AnyOperation, place: "body" });
  handle.requirePrivilege(operation);
  const { operation: _, ...asked } = fit(body, { shape: OPERATION_SHAPES[operation], place: "body" });
  return { operation, ...calledRequest(asked) };
}
