/**
 * What tells which transaction a message belongs to.
 *
 * @module
 */
import { type CSeq, paramOf, parseCSeq, type SipMessage, type SipRequest, tagOf } from "../message/mod.ts";
import { COOKIE, topVia } from "./via.ts";

/** Header values hold no line breaks, so that no two lists of values make the same key. */
const key = (...parts: (string | number | undefined)[]): string => parts.join("\n");

/** The request of ours that a response answers (RFC 3261 17.1.3), or that a request of ours is known by. */
export function clientKey(message: SipMessage): string {
  return key(paramOf(topVia(message).params, "branch"), cseqOf(message).method);
}

/**
 * The transaction that a request is of (RFC 3261 17.2.3). An ACK has the key of the INVITE whose refusal it
 * acknowledges.
 *
 * @param method That of the transaction, if the request only speaks of it, as a CANCEL does.
 */
export function serverKey(request: SipRequest, method = request.method): string {
  const { host, port, params } = topVia(request);
  const of = method === "ACK" ? "INVITE" : method;
  const branch = paramOf(params, "branch");
  // The cookie alone names nothing (RFC 4475 3.2.1).
  if (branch?.startsWith(COOKIE) && branch !== COOKIE) return key(of, branch, host.toLowerCase(), port);
  return key(
    of,
    request.uri,
    fromTag(request),
    callId(request),
    cseqOf(request).number,
    host.toLowerCase(),
    port,
    branch,
  );
}

/**
 * What two ways of one request have in common, so that it is not done twice (RFC 3261 8.2.2.2). `undefined` inside of a
 * dialog.
 */
export function mergeKey(request: SipRequest): string | undefined {
  if (toTag(request) !== undefined) return undefined;
  const { number, method } = cseqOf(request);
  return key(callId(request), fromTag(request), number, method);
}

/** What an INVITE of ours and the ACK of its 2xx have in common (RFC 3261 13.2.2.4). */
export function inviteKey(request: SipRequest): string {
  return key(callId(request), fromTag(request), cseqOf(request).number);
}

/** What a 2xx of ours and its ACK have in common: the dialog, and the number of the INVITE. */
export function acknowledgementKey(message: SipMessage): string {
  return key(callId(message), fromTag(message), toTag(message), cseqOf(message).number);
}

/** The tag of To; a response of ours gives one, a request has it inside of a dialog. */
export function toTag({ headers }: SipMessage): string | undefined {
  return tagOf(headers.get("To") ?? "");
}

function fromTag({ headers }: SipMessage): string | undefined {
  return tagOf(headers.get("From") ?? "");
}

function callId({ headers }: SipMessage): string | undefined {
  return headers.get("Call-ID");
}

function cseqOf({ headers }: SipMessage): CSeq {
  return parseCSeq(headers.get("CSeq") ?? "");
}
