/**
 * INFO inside of calls: digits (RFC 6086, and what phones did before it).
 *
 * @module
 */
import { type AgentContext, reply } from "../dialog/mod.ts";
import { digitOfInfo } from "../media/mod.ts";
import { contentOf, type Understood } from "../message/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";

/** What a digit is sent as. */
export const DTMF_RELAY = "application/dtmf-relay";

const DIGITS: Understood = { types: [DTMF_RELAY, "application/dtmf"] };

/** Answers an INFO, and tells its digit if it has one. */
export function receiveInfo(
  agent: AgentContext,
  { transaction, onDigit }: { transaction: ServerTransaction; onDigit(digit: string): void },
): void {
  const { request } = transaction;
  // RFC 6086 4.2.2: we take part in no package; digits belong to none.
  if (request.headers.has("Info-Package")) {
    return reply(agent, { transaction, status: 469, headers: [["Recv-Info", ""]] });
  }
  const content = contentOf(request, DIGITS);
  // 4.2.1: one without a body asks whether we are still there.
  if (!content) return reply(agent, { transaction, status: 200 });
  if ("refuse" in content) return reply(agent, { transaction, ...content.refuse });
  const digit = digitOfInfo(content.body);
  if (digit === undefined) return reply(agent, { transaction, status: 400, reason: "One Digit Is Wanted" });
  reply(agent, { transaction, status: 200 });
  onDigit(digit);
}
