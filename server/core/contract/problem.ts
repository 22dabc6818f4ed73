/**
 * What is wrong with a call, as its caller is told (api.md, section 2).
 *
 * @module
 */
import type { PhoneErrorCode } from "./errors.ts";

/** A problem (RFC 9457), as HTTP answers it. */
export interface Problem {
  /** A URN that stays the same for the same kind of problem. */
  type: string;
  /** What kind of problem it is, in words that do not vary. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** What was attempted, what was wrong and what would be right. */
  detail: string;
  /** The name of a telephony error. */
  code?: PhoneErrorCode;
  /** The signed 32-bit number of a telephony error. */
  value?: number;
}

/** An error as a JSON-RPC answer carries it. */
export interface RpcError {
  /**
   * The signed number of a telephony error, or one of JSON-RPC's own: -32000 for a vendor's number that JSON-RPC keeps
   * for itself.
   */
  code: number;
  /** What was attempted, what was wrong and what would be right. */
  message: string;
  /** The name of a telephony error; a vendor's own has its number here too. */
  data?: { code: PhoneErrorCode } | { value: number };
}
