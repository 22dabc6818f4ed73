/**
 * What comes for a call before it is answered.
 *
 * @module
 */
import { type AgentContext, type DialogUsage, type OtherSide, refusesAtOnce, reply } from "../dialog/mod.ts";
import { methodRefusal, type SipRequest } from "../message/mod.ts";
import { ALLOW } from "./call.ts";
import { receiveInfo } from "./info.ts";
import { descriptionOf } from "./offer_answer.ts";
import type { PhoneCall } from "./phone_call.ts";

/**
 * Takes requests for a call that is not answered yet. A BYE may have overtaken the 2xx that it ends, so it ends the
 * call whatever dialog of the INVITE it is of.
 */
export function earlyDialog(agent: AgentContext, { call, other }: { call: PhoneCall; other: OtherSide }): DialogUsage {
  return {
    other,
    receive(transaction) {
      if (refusesAtOnce(agent, transaction)) return;
      const { request } = transaction;
      switch (request.method) {
        case "BYE":
          reply(agent, { transaction, status: 200 });
          return call.end("phone");
        case "INFO":
          return receiveInfo(agent, { transaction, onDigit: (digit) => call.onDigit?.(digit) });
        case "INVITE":
        case "UPDATE":
          // RFC 3311 5.2: the offer of the INVITE is still open. An UPDATE without one changes nothing.
          return reply(agent, { transaction, status: isEmptyUpdate(request) ? 200 : 491 });
        case "OPTIONS":
          return reply(agent, { transaction, status: 200, headers: [["Allow", ALLOW]] });
        default:
          return reply(agent, { transaction, status: methodRefusal(request.method), headers: [["Allow", ALLOW]] });
      }
    },
  };
}

function isEmptyUpdate(request: SipRequest): boolean {
  return request.method === "UPDATE" && descriptionOf(request) === undefined;
}
