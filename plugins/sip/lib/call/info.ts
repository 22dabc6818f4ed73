/**
 * INFO inside of calls: digits (RFC 6086, and what phones did before it).
 *
 * @module
 */
import { type AgentContext, reply } from "../dialog/mod.ts";
import { digitOfInfo } from "../media/mod.ts";
import type { ServerTransaction } from "../transaction/mod.ts";

/** What a digit is sent as. */
export const DTMF_RELAY = "application/dtmf-relay";

const TYPES: readonly string[] = [DTMF_RELAY, "application/dtmf"];

/** Answers an INFO, and tells its digit if it has one. */
export function receiveInfo(
  agent: AgentContext,
  { transaction, onDigit }: { transaction: ServerTransaction; onDigit(digit: string): void },
): void {
  const { headers, body } = transaction.request;
  const type = headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  // RFC 6086 4.2.2: we take part in no package; digits belong to none.
  if (headers.has("Info-Package")) return reply(agent, { transaction, status: 469, headers: [["Recv-Info", ""]] });
  // 4.2.1: one without a body asks whether we are still there.
  if (body.length === 0) return reply(agent, { transaction, status: 200 });
  if (type === undefined || !TYPES.includes(type)) {
    return reply(agent, { transaction, status: 415, headers: [["Accept", TYPES.join(", ")]] });
  }
  const digit = digitOfInfo(body);
  if (digit === undefined) return reply(agent, { transaction, status: 400, reason: "One Digit Is Wanted" });
  reply(agent, { transaction, status: 200 });
  onDigit(digit);
}
