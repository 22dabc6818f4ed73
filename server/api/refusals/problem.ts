/**
 * The map from errors to HTTP statuses (api.md, section 2) and the problem+json that tells them (RFC 9457).
 *
 * @module
 */
import { PHONE_ERRORS, PhoneError, type PhoneErrorCode, type PhoneErrorName } from "../../core/contract/errors.ts";
import { SAFE_HEADERS } from "../../http/answering/answer.ts";
import { Refusal, REFUSALS } from "./refusal.ts";

/** The status and the last part of the `type` of every telephony error. */
export const TELEPHONY_PROBLEMS: Readonly<Record<PhoneErrorName, { status: number; kind: string }>> = {
  INVALAPPNAME: { status: 400, kind: "invalid-application-name" },
  INVALPRIVILEGE: { status: 400, kind: "invalid-privilege" },

  NOTOWNER: { status: 403, kind: "not-owner" },

  BADDEVICEID: { status: 404, kind: "no-such-phone" },
  INVALAPPHANDLE: { status: 404, kind: "no-such-application" },
  INVALPHONEHANDLE: { status: 404, kind: "no-such-handle" },
  UNINITIALIZED: { status: 404, kind: "uninitialized" },

  ALLOCATED: { status: 409, kind: "allocated" },
  INCOMPATIBLEAPIVERSION: { status: 409, kind: "incompatible-api-version" },
  INCOMPATIBLEEXTVERSION: { status: 409, kind: "incompatible-extension-version" },
  INUSE: { status: 409, kind: "in-use" },
  INVALPHONESTATE: { status: 409, kind: "invalid-phone-state" },
  REINIT: { status: 409, kind: "reinit" },

  NODEVICE: { status: 410, kind: "phone-removed" },

  INVALBUTTONLAMPID: { status: 422, kind: "invalid-button-lamp-id" },
  INVALBUTTONMODE: { status: 422, kind: "invalid-button-mode" },
  INVALBUTTONSTATE: { status: 422, kind: "invalid-button-state" },
  INVALDATAID: { status: 422, kind: "invalid-data-id" },
  INVALDEVICECLASS: { status: 422, kind: "invalid-device-class" },
  INVALEXTVERSION: { status: 422, kind: "invalid-extension-version" },
  INVALHOOKSWITCHDEV: { status: 422, kind: "invalid-hookswitch-device" },
  INVALHOOKSWITCHMODE: { status: 422, kind: "invalid-hookswitch-mode" },
  INVALLAMPMODE: { status: 422, kind: "invalid-lamp-mode" },
  INVALPARAM: { status: 422, kind: "invalid-parameter" },
  INVALPOINTER: { status: 422, kind: "invalid-bytes" },
  INVALRINGMODE: { status: 422, kind: "invalid-ring-mode" },

  REQUESTOVERRUN: { status: 429, kind: "request-overrun" },

  OPERATIONUNAVAIL: { status: 501, kind: "operation-unavailable" },

  INIFILECORRUPT: { status: 502, kind: "configuration-corrupt" },
  NODRIVER: { status: 502, kind: "no-driver" },
  NOMEM: { status: 502, kind: "no-memory" },
  OPERATIONFAILED: { status: 502, kind: "operation-failed" },
  STRUCTURETOOSMALL: { status: 502, kind: "structure-too-small" },

  DISCONNECTED: { status: 503, kind: "disconnected" },
  RESOURCEUNAVAIL: { status: 503, kind: "resource-unavailable" },
  SERVICE_NOT_RUNNING: { status: 503, kind: "service-not-running" },
};

/** A problem as it is answered. */
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

const urn = (kind: string) => `urn:switchroom:problem:${kind}`;

/** The problem that an error is to its caller; undefined for one that nobody foresaw, of which a caller is told nothing. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) {
    const { status, title } = REFUSALS[error.kind];
    return { type: urn(error.kind), title, status, detail: error.message };
  }
  return error instanceof PhoneError ? telephonyProblem(error) : undefined;
}

/** The problem that a telephony error is to its caller. */
export function telephonyProblem(error: PhoneError): Problem {
  if (error.code === undefined) {
    const title = "The device reported an error of its vendor's own";
    return { type: urn("vendor-error"), title, status: 502, detail: error.message, value: error.value };
  }
  const name = error.code.slice("PHONEERR_".length) as PhoneErrorName;
  const { status, kind } = TELEPHONY_PROBLEMS[name];
  return {
    type: urn(kind),
    title: PHONE_ERRORS[name].meaning,
    status,
    detail: error.message,
    code: error.code,
    value: error.value,
  };
}

/** What is answered when something of ours is broken: nothing of its inside. */
export const INTERNAL_PROBLEM: Problem = {
  type: urn("internal"),
  title: "The server has a fault",
  status: 500,
  detail: "The call failed because of a fault in the server; it has been logged",
};

/** The answer that tells a problem. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  // Both statuses mean "the same call may succeed soon": a second is the shortest delay that the header can say.
  const retry = problem.status === 429 || problem.status === 503 ? { "retry-after": "1" } : {};
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", ...SAFE_HEADERS, ...retry, ...headers },
  });
}
