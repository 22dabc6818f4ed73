/**
 * What a REGISTER asks for (RFC 3261 10.2), and the refusal of one.
 *
 * @module
 */
import {
  type Address,
  hasParam,
  type Header,
  kept,
  MalformedMessage,
  paramOf,
  parseAddress,
  parseCSeq,
  parseQuality,
  parseSeconds,
  type SipHeaders,
  type SipRequest,
  withoutParam,
  writeAddress,
} from "../lib/message/mod.ts";

/**
 * How long a binding is to last when a phone does not say, or says what nobody understands, seconds (RFC 3261
 * 10.2.1.1).
 */
const USUAL_SECONDS = 3_600;

/** One contact, and for how long. */
export interface WantedContact {
  contact: Address;
  /** 0 takes it back. */
  seconds: number;
}

/** What a REGISTER asks for. */
export interface Register {
  callId: string;
  cseq: number;
  /** Contacts to be changed, none to be told what there is; `all` takes every one back. */
  contacts: readonly WantedContact[] | "all";
}

/** Reads a REGISTER whose To has been read. @throws {Refusal} 400, if it cannot be understood. */
export function readRegister({ headers }: SipRequest): Register {
  return {
    callId: headers.get("Call-ID") ?? "",
    cseq: parseCSeq(headers.get("CSeq") ?? "").number,
    contacts: readContacts(headers),
  };
}

function readContacts(headers: SipHeaders): Register["contacts"] {
  const values = headers.all("Contact");
  const usual = secondsOf(headers.get("Expires"), USUAL_SECONDS);
  if (!values.includes("*")) return values.map((value) => readContact(value, usual));
  // Step 6: anything else with a star would be the loss of bindings that nobody meant.
  if (values.length > 1) throw new Refusal(400, "A Contact of * Must Be The Only One");
  if (!headers.has("Expires") || usual !== 0) throw new Refusal(400, "A Contact of * Needs Expires: 0");
  return "all";
}

function readContact(value: string, usual: number): WantedContact {
  try {
    const contact = parseAddress(kept(value));
    if (contact.uri.scheme !== "sip") throw new Refusal(400, "Contact Needs A sip URI");
    const { params } = contact;
    const quality = paramOf(params, "q");
    if (hasParam(params, "q") && quality !== "") parseQuality(quality ?? "none");
    const seconds = hasParam(params, "expires") ? secondsOf(paramOf(params, "expires"), USUAL_SECONDS) : usual;
    // What cannot be written again cannot be told in an answer.
    writeAddress(contact);
    return { contact: { ...contact, params: withoutParam(params, "expires") }, seconds };
  } catch (error) {
    if (error instanceof MalformedMessage || error instanceof TypeError) {
      throw new Refusal(400, "Contact Not Understood");
    }
    throw error;
  }
}

function secondsOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  try {
    return parseSeconds(text, "Expires");
  } catch (error) {
    if (error instanceof MalformedMessage) return USUAL_SECONDS;
    throw error;
  }
}

/** Says why a REGISTER changes nothing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Headers that go with the status. */
  readonly headers: readonly Header[];

  /**
   * @param status The status of the answer.
   * @param reason The reason phrase: it never repeats what came from outside.
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    { headers = [] }: { headers?: readonly Header[] } = {},
  ) {
    super(`${status} ${reason}`);
    this.headers = headers;
  }
}
