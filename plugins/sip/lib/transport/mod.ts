/**
 * SIP over UDP and TCP (RFC 3261 section 18).
 *
 * @module
 */
export { bindDatagrams } from "./datagrams.ts";
export { sourceOf, unzoned } from "./ip.ts";
export { openTransports } from "./open.ts";
export { hostText, type LocalAddress, type Peer, peerText, samePeer, type TransportName } from "./peer.ts";
export { Quota } from "./quota.ts";
export {
  DEFAULT_TRANSPORT_BOUNDS,
  type OpenTransports,
  type Receiver,
  type SendOptions,
  type TransportBounds,
  TransportError,
  type TransportOptions,
  type Transports,
} from "./transports.ts";
