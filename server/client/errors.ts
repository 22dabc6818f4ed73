/**
 * What a client's calls can end with, beside the telephony errors of the contract.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import type { Cause } from "../core/contract/record.ts";

/** The server refused a call for a reason that is not telephony: a wrong parameter, a missing scope, a limit. */
export class CallRefused extends Error {
  /** The JSON-RPC number (api.md, section 2), or the HTTP status where the socket was not let in. */
  readonly code: number;

  /** Makes a refusal in the server's words. */
  constructor(message: string, options: { code: number }) {
    super(message);
    this.name = "CallRefused";
    this.code = options.code;
  }
}

/** The application has ended: shut down, its lease over, its token revoked, taken over by another socket, or the server gone for too long. */
export class ApplicationEnded extends Error {
  /** Makes the error with why. */
  constructor(message: string) {
    super(message);
    this.name = "ApplicationEnded";
  }
}

/** The phone was closed before the reply of a request came; the request may go on, unheard. */
export class PhoneClosed extends Error {
  /** Why it was closed; `close` by the application itself. */
  override readonly cause: Cause;

  /** Makes the error for one phone. */
  constructor(message: string, options: { cause: Cause }) {
    super(message);
    this.name = "PhoneClosed";
    this.cause = options.cause;
  }
}

/** A JSON-RPC error as it travels. */
export interface WireError {
  /** A telephony error's signed value, or JSON-RPC's own number. */
  code: number;
  /** The server's words. */
  message: string;
}

/** The error that a JSON-RPC error is to the caller. Numbers from -32768 to -32000 are JSON-RPC's, all others telephony's. */
export function errorOf({ code, message }: WireError): PhoneError | CallRefused {
  const reserved = code >= -32_768 && code <= -32_000;
  return reserved ? new CallRefused(message, { code }) : new PhoneError(code, message);
}
