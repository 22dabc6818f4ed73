/**
 * SIP transactions (RFC 3261 section 17, RFC 6026).
 *
 * @module
 */
export {
  type Admission,
  DEFAULT_ENDPOINT_BOUNDS,
  type Endpoint,
  type EndpointBounds,
  type EndpointUser,
  type InviteOptions,
  type InviteTransaction,
  type OpenEndpoint,
  type ServerTransaction,
  TransactionTimeout,
} from "./endpoint.ts";
export { type EndpointOptions, openEndpoint } from "./open_endpoint.ts";
