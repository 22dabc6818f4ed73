/**
 * What a SUBSCRIBE is about (RFC 6665 8.2.1): the package and its id, each compared to the letter, and nothing else.
 *
 * @module
 */
import { MalformedMessage, paramOf, parseValue, type SipRequest } from "../message/mod.ts";

/** What an Event header names. */
export interface NamedEvent {
  readonly package: string;
  readonly id: string | undefined;
}

/** The event of a request; `undefined`, if it names none that can be read. */
export function eventOf({ headers }: SipRequest): NamedEvent | undefined {
  try {
    const { word, params } = parseValue(headers.get("Event") ?? "", "Event");
    return { package: word, id: paramOf(params, "id") };
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** Whether two are of one subscription. */
export function sameEvent(a: NamedEvent | undefined, b: NamedEvent | undefined): boolean {
  return a?.package === b?.package && a?.id === b?.id;
}
