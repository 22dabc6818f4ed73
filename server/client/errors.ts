/**
 * What a client's calls can end with, beside the telephony errors of the contract.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import type { OperationName } from "../core/contract/operations.ts";
import type { Cause, Outcome } from "../core/contract/record.ts";
import type { Reply } from "./replies.ts";

/** Every outcome but `succeeded`, in words. */
const ENDED: Record<Exclude<Outcome, "succeeded">, string> = {
  failed: "failed",
  aborted: "was aborted",
  timedOut: "timed out",
  lost: "was lost, and may have been done",
};

/**
 * An operation was accepted, and ended otherwise than `succeeded`: `value` and `code` are those of its completion, and
 * the history has its record. What is refused before it is accepted is a plain `PhoneError`.
 */
export class NotSucceeded extends PhoneError {
  /** How it ended. */
  readonly outcome: Exclude<Outcome, "succeeded">;
  /** Why it ended so; undefined if its driver said so of its own free will. */
  override readonly cause: Cause | undefined;
  /** The request's id, under which the history keeps it. */
  readonly requestId: number;
  /** The application's own word for the request. */
  readonly reference: string | undefined;

  /** Makes the error of a reply, which says how it ended and why; the options say what was attempted. */
  constructor(
    { outcome, result, cause, message, requestId, reference }: Reply & Pick<NotSucceeded, "outcome">,
    { operation, phone }: { operation: OperationName; phone: string },
  ) {
    const why = message ?? (cause ? undefined : new PhoneError(result).message);
    super(
      result,
      `${operation} of ${phone} ${ENDED[outcome]}${cause ? ` (${cause})` : ""}${why === undefined ? "" : `: ${why}`}`,
    );
    this.name = "NotSucceeded";
    this.outcome = outcome;
    this.cause = cause;
    this.requestId = requestId;
    this.reference = reference;
  }
}

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
