/**
 * The map from errors to those of JSON-RPC (api.md, section 2). The numbers are in the two catalogues that HTTP has too. Nobody is told -32003 so far: what is
 * unavailable is always a matter of telephony here, and has its own number.
 *
 * @module
 */
import { PhoneError, type PhoneErrorCode } from "../../core/contract/errors.ts";
import { INTERNAL_PROBLEM } from "./problem.ts";
import { Refusal, REFUSALS } from "./refusal.ts";

/** An error as a JSON-RPC answer carries it. */
export interface RpcError {
  /** The signed number of a telephony error, or one of JSON-RPC's own. */
  code: number;
  /** What was attempted, what was wrong and what would be right. */
  message: string;
  /** The name of a telephony error; a vendor's own number has none. */
  data?: { code: PhoneErrorCode };
}

/** What is answered when something of ours is broken: JSON-RPC's "Internal error", and nothing of its inside. */
const INTERNAL_ERROR: RpcError = { code: -32603, message: INTERNAL_PROBLEM.detail };

/** What an error is to its caller; of one that nobody foresaw a caller is told nothing. */
export function rpcErrorOf(error: unknown): RpcError {
  if (error instanceof Refusal) return { code: REFUSALS[error.kind].rpc, message: error.message };
  if (!(error instanceof PhoneError)) return INTERNAL_ERROR;
  const { value, message, code } = error;
  return { code: value, message, ...(code !== undefined && { data: { code } }) };
}
