/**
 * Headers of an INVITE that say how to alert the person: with which sound, or not at all.
 *
 * @module
 */
import type { Header } from "../lib/message/mod.ts";

/** The headers of a ring pattern: its Alert-Info, empty for the phone's own ring. */
export function ringHeaders(alertInfo: string): Header[] {
  return alertInfo === "" ? [] : [["Alert-Info", alertInfo]];
}

/**
 * The headers that ask a phone to go off hook by itself: what makers agreed on (Call-Info, Alert-Info) and RFC 5373. A
 * phone that knows none of them rings.
 */
export function autoAnswerHeaders(realm: string): Header[] {
  return [
    ["Call-Info", `<sip:${realm}>;answer-after=0`],
    ["Alert-Info", `<http://${realm}>;info=alert-autoanswer;delay=0`],
    ["Answer-Mode", "Auto"],
  ];
}
