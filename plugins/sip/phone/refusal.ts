/**
 * What it means to an application when a phone says no: SIP statuses as telephony errors. `docs/sip.md` shows the same
 * table.
 *
 * @module
 */
import { PhoneError, type PhoneErrorName } from "switchroom/plugin";
import type { CallEnd } from "../lib/call/mod.ts";
import { RequestRefused } from "../lib/dialog/mod.ts";

const MEANINGS: [name: PhoneErrorName, statuses: number[]][] = [
  // It is not where it registered, nobody answers there, or what the request is about is not there any more.
  ["INVALPHONESTATE", [404, 408, 410, 430, 480, 481]],
  // It could at another time: busy, overloaded, or we have no port or connection left.
  ["RESOURCEUNAVAIL", [486, 491, 503, 600]],
  // This phone does not know the method, the event or the body.
  ["OPERATIONUNAVAIL", [405, 415, 420, 421, 489, 501]],
];

const BEYOND_STATUSES = 1_000;

/** A reason phrase is a few words; what is longer is no more than noise in a record. */
const LONGEST_REASON = 200;

const NAMES = new Map(MEANINGS.flatMap(([name, statuses]) => statuses.map((status) => [status, name])));

/** What phones say that have rung until their own patience was at its end: most as if they were busy. */
const RANG_OUT: readonly number[] = [408, 480, 486];

/** A phone has rung until it gave that up by itself, or its person has declined with the same word. */
class NobodyAnswered extends RequestRefused {}

/** What the refusal of a phone is that has said before that it rings. */
export function afterRinging(error: unknown): unknown {
  if (!(error instanceof RequestRefused) || isSilence(error) || !RANG_OUT.includes(error.status)) return error;
  const { headers, ...refusal } = error;
  return new NobodyAnswered({ ...refusal, ...headers && { headers } });
}

/** No description may be answered; there is none, or none that we speak; no RTP port. */
const SOUND: readonly number[] = [406, 415, 488, 503];

/** Whether a call of a phone was refused because there could be no sound in it. */
export function isRefusedForSound({ by, status }: CallEnd): boolean {
  return by === "us" && status !== undefined && SOUND.includes(status);
}

/** The error that a SIP status is; every other refusal is `OPERATIONFAILED`. */
export function errorOfStatus(status: number): PhoneErrorName {
  return NAMES.get(status) ?? "OPERATIONFAILED";
}

/**
 * Makes a telephony error of a phone's refusal, which names the status and the phone's own words; anything else is
 * given back as it is.
 *
 * @param what What was attempted, such as `ring 1001`.
 */
export function meaningOf(error: unknown, what: string): unknown {
  if (!(error instanceof RequestRefused)) return error;
  if (isUnheard(error)) return new PhoneError("OPERATIONFAILED", `Cannot ${what}: ${error.reason}; ${WHAT_TO_DO}`);
  const reason = error.reason.slice(0, LONGEST_REASON).replaceAll(/\p{Cc}/gu, "\ufffd");
  const words = `SIP ${error.status} ${reason}${error.status === 488 ? `; ${WHAT_TO_DO}` : ""}`;
  if (error instanceof NobodyAnswered) {
    return new PhoneError("INVALPHONESTATE", `Cannot ${what}: it rang, and nobody answered: ${words}`);
  }
  return new PhoneError(errorOfStatus(error.status), `Cannot ${what}: ${words}`);
}

/** What to do about a phone with which there is no sound in common. */
const WHAT_TO_DO = "if it insists on SRTP, that must be switched off in the phone: docs/sip.md says where";

/** Whether a refusal is our own: the phone has answered, and what it says of its sound cannot be used. */
function isUnheard({ status, headers }: RequestRefused): boolean {
  return headers === undefined && status === 488;
}

/** Whether a refusal is none of the phone's: it stands for no answer, or for a message that could not be sent. */
export function isSilence({ status, headers }: RequestRefused): boolean {
  return headers === undefined && (status === 408 || status === 503);
}

/**
 * Of the refusals of several contacts the one that says most: that of a person or of the whole phone (6xx), else the
 * lowest (RFC 3261 16.7). Silence says least: a contact that the phone has left behind must not hide its words.
 */
export function bestRefusal(errors: readonly unknown[]): unknown {
  const refusals = errors.filter((error) => error instanceof RequestRefused);
  return refusals.toSorted((a, b) => rank(a) - rank(b))[0] ?? errors[0];
}

function rank(refusal: RequestRefused): number {
  if (isSilence(refusal)) return BEYOND_STATUSES;
  return refusal.status >= 600 ? 0 : refusal.status;
}
