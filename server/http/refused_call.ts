/**
 * Refused calls of those who may call, as facts of the history.
 *
 * @module
 */
import type { ApplicationView, HandleView } from "../core/core.ts";
import type { HttpPorts } from "./ports.ts";
import type { Problem } from "./problem.ts";

/** A call that was refused. */
export interface RefusedCall {
  /** The id of the token. */
  readonly token: string;
  /** Where the call came from. */
  readonly address: string;
  /** Known if the call got so far as to name one of its own. */
  readonly application?: ApplicationView | undefined;
  /** As `application`. */
  readonly handle?: HandleView | undefined;
  /** Of HTTP, or the name of the method that was called over a socket. */
  readonly method: string;
  /** The route as it is written, without what varies. */
  readonly path: string;
}

/** A fact is kept for years, so the words of a refusal are cut to what tells it. */
const LONGEST_DETAIL = 500;

/** Lets the history know of a refused call. */
export function noteRefusal(problem: Problem, { call, ports }: { call: RefusedCall; ports: HttpPorts }): void {
  const { status, detail, value, code } = problem;
  const { handle, application = handle?.application } = call;
  ports.note({
    type: "callRefused",
    token: call.token,
    address: call.address,
    ...(application && { application: application.id }),
    ...(handle && { handle: handle.id, phone: handle.phone.id }),
    ...(value !== undefined && { result: value }),
    ...(code !== undefined && { code }),
    detail: { method: call.method, path: call.path, status, detail: detail.slice(0, LONGEST_DETAIL) },
  });
}
