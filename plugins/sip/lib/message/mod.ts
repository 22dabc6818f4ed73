/**
 * SIP messages: what is on the wire, and the pieces that it is made of.
 *
 * @module
 */
export { accepts } from "./accept.ts";
export { type Address, type AnyAddress, parseAddress, parseAnyAddress, tagOf, writeAddress } from "./address.ts";
export { acceptOf, type Content, contentOf, type ContentRefusal, encodingRefusal, type Understood } from "./content.ts";
export { MessageSplitter, type Split } from "./framing.ts";
export { type Header, SipHeaders } from "./headers.ts";
export { canonicalHost } from "./host.ts";
export {
  isRequest,
  MalformedMessage,
  MESSAGE_BOUNDS,
  type MessageBounds,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "./message.ts";
export { methodRefusal } from "./methods.ts";
export { type CSeq, parseCSeq, parseQuality, parseSeconds } from "./numbers.ts";
export { hasParam, type Param, paramOf, type Params, withoutParam, withParam } from "./params.ts";
export { parseMessage } from "./parse.ts";
export { reasonOf } from "./reasons.ts";
export { type ResponseOptions, responseTo } from "./response.ts";
export { Scanner } from "./scan.ts";
export { kept, newToken, quote } from "./text.ts";
export {
  hasUriParam,
  parseUri,
  plainUser,
  sameUri,
  SIP_PORT,
  type SipUri,
  uriParamOf,
  writeRequestUri,
  writeUri,
} from "./uri.ts";
export { parseValue, type Value } from "./value.ts";
export { MOST_VIAS, parseVia, type Via, writeVia } from "./via.ts";
export { writeMessage } from "./write.ts";
