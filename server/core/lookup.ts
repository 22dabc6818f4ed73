/**
 * Applications and handles by their ids, and whether they are still there.
 *
 * @module
 */
import { PhoneError } from "./contract/errors.ts";
import type { Sees } from "./core.ts";
import type { Application, Exchange, Handle } from "./exchange.ts";

/** The application of an id, of a token if one is given; throws `INVALAPPHANDLE`. */
export function findApplication(exchange: Exchange, id: string, { token }: { token?: string } = {}): Application {
  const found = exchange.applications.get(id);
  if (found && (token === undefined || found.token === token)) return found;
  throw noApplication();
}

/** The handle of an id, of a token if one is given, and of a phone that may be seen; throws `INVALPHONEHANDLE`. */
export function findHandle(
  exchange: Exchange,
  id: string,
  { token, sees = () => true }: { token?: string; sees?: Sees } = {},
): Handle {
  const found = exchange.handles.get(id);
  if (found && (token === undefined || found.application.token === token) && sees(found.phone.id)) return found;
  throw noHandle();
}

/** Throws `INVALAPPHANDLE` if the application has ended. */
export function requireNotEnded(application: Application): void {
  if (application.exchange.applications.get(application.id) !== application) throw noApplication();
}

/** Throws `INVALPHONEHANDLE` if the handle is closed. */
export function requireOpen(handle: Handle): void {
  if (handle.closed) throw noHandle();
}

function noApplication(): PhoneError {
  return new PhoneError(
    "INVALAPPHANDLE",
    "No application of this token has that id: it was shut down, its lease ended, or the server was started anew; begin another",
  );
}

function noHandle(): PhoneError {
  return new PhoneError(
    "INVALPHONEHANDLE",
    "No open handle of this token has that id: it was closed, by force too, its application's lease ended, or the server was started anew; open the phone again",
  );
}
