/**
 * What an error is to its caller (api.md, section 2): a problem with a status (RFC 9457) over HTTP, and over a socket
 * an error of JSON-RPC with a number. Nobody is told -32003 so far: what is unavailable is always a matter of telephony
 * here, and has its own number.
 *
 * @module
 */
import { Denial } from "../../access/mod.ts";
import { PHONE_ERRORS, PhoneError, type PhoneErrorName } from "../../core/contract/errors.ts";
import type { Problem, RpcError } from "../../core/contract/problem.ts";
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

const urn = (kind: string) => `urn:switchroom:problem:${kind}`;

/**
 * The problem that an error is to its caller; undefined for one that nobody foresaw, of which a caller is told nothing.
 */
export function problemOf(error: unknown): Problem | undefined {
  if (isRefusal(error)) {
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

/** What is answered when something of ours is broken: JSON-RPC's "Internal error", and nothing of its inside. */
const INTERNAL_ERROR: RpcError = { code: -32603, message: INTERNAL_PROBLEM.detail };

/** What an error is to its caller; of one that nobody foresaw a caller is told nothing. */
export function rpcErrorOf(error: unknown): RpcError {
  if (isRefusal(error)) return { code: REFUSALS[error.kind].rpc, message: error.message };
  if (!(error instanceof PhoneError)) return INTERNAL_ERROR;
  const { value, message, code } = error;
  if (code !== undefined) return { code: value, message, data: { code } };
  return { code: isReserved(value) ? VENDOR_ERROR : value, message, data: { value } };
}

/** Of what JSON-RPC leaves to implementations (JSON-RPC 2.0, 5.1), the number that stands for one that it keeps. */
const VENDOR_ERROR = -32_000;

/** Whether JSON-RPC keeps a number for itself: a vendor's -32601 would be read as "there is no such method". */
function isReserved(value: number): boolean {
  return value >= -32_768 && value <= -32_000;
}

/** Whether the catalogue of refusals has a row for it. */
function isRefusal(error: unknown): error is Refusal | Denial {
  return error instanceof Refusal || error instanceof Denial;
}
