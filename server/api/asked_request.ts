/**
 * A request as it is asked, over whichever transport.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";
import type { OperationName, OperationParameters } from "../core/contract/operations.ts";
import type { HandleView } from "../core/core.ts";

/** What the core is asked besides the operation. */
export interface AskedRequest {
  /** What the operation is given. */
  params: OperationParameters[OperationName];
  /** The application's own word for the request. */
  reference?: string;
  /** Milliseconds. */
  deadlineMs?: number;
}

/**
 * Refuses what a monitor may not do. Privilege comes before shape (contract 2.0): it learns so whatever else is wrong with what it sent.
 *
 * @throws {PhoneError} `NOTOWNER`.
 */
export function requireOwner(operation: OperationName, handle: HandleView): void {
  if (operation === "devSpecific" || handle.privilege === "owner") return;
  throw new PhoneError(
    "NOTOWNER",
    `${operation} changes the phone: the handle must be opened as owner, not as monitor`,
  );
}

/** Tells the parameters of an operation, fitted to its shape, from what every operation has. */
export function askedRequest(
  { reference, deadlineMs, ...params }: { reference?: string; deadlineMs?: number },
): AskedRequest {
  return {
    // The types are right, the values are not known to be: the core checks them, whatever the transport.
    params: params as OperationParameters[OperationName],
    ...(reference !== undefined && { reference }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}
