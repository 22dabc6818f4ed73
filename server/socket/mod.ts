/**
 * The WebSocket: JSON-RPC 2.0 with TAPI's own names (api.md, section 3).
 *
 * Whoever mounts it admits the caller, upgrades the call and opens a socket; from there on a connection reads messages,
 * a conversation does what they ask, and an outbox sends what is answered and what happens.
 *
 * The runtime keeps a message until it is whole, in frames of up to 64 MiB and however many of them, before anybody
 * here sees how long it is. So the token is asked for first, the sockets of each are bounded, and whoever sends what is
 * too large is closed.
 *
 * @module
 */
export { asyncApiText } from "./asyncapi.ts";
export { SOCKET_PATH } from "./ports.ts";
export { Sockets } from "./sockets.ts";
