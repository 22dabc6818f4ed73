/**
 * What a client's calls can end with, beside the telephony errors of the contract.
 *
 * @module
 */
import type { Cause } from "../core/contract/record.ts";

/** The server refused a call for a reason that is not telephony: a wrong parameter, a missing scope, a limit. */
export class CallRefused extends Error {
  /** The JSON-RPC number (api.md, section 2), or the HTTP status of what was called over HTTP or was not let in. */
  readonly code: number;

  /** Makes a refusal in the server's words. */
  constructor(message: string, options: { code: number }) {
    super(message);
    this.name = "CallRefused";
    this.code = options.code;
  }
}

/**
 * What the server said is not what this version of the client knows: it may be of another version, or no Switchroom.
 */
export class UnexpectedAnswer extends Error {
  /** Makes the error with what was asked, what is wrong, and where. */
  constructor(message: string) {
    super(message);
    this.name = "UnexpectedAnswer";
  }
}

/** No server answers at the address, or its answer broke off; `cause` says why, in the words of the runtime. */
export class ServerUnreachable extends TypeError {
  /** Whether something answers there, though not to its end. */
  readonly answered: boolean;

  /** Makes the error with what was attempted. */
  constructor(message: string, options: { cause?: unknown; answered: boolean }) {
    super(message, options);
    this.name = "ServerUnreachable";
    this.answered = options.answered;
  }
}

/**
 * The application has ended: shut down, its lease over, its token revoked, taken over by another socket, the server
 * gone for too long, or not understood.
 */
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
