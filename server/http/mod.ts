/**
 * The HTTP room: routes, event streams and the map from errors to statuses, over the core.
 *
 * @module
 */
export { DEFAULT_LIMITS } from "./bounds.ts";
export { SCOPES } from "../access/token.ts";
export type { Answered, HttpPorts, MetricsText } from "./routes/ports.ts";
export type { Health, PluginHealth } from "./routes/health_types.ts";
export type { Limits } from "./bounds.ts";
export type { ManagedPlugin } from "./routes/managed_plugin.ts";
export type { Scope, StoredToken, Token, Tokens, TokenTable } from "../access/token.ts";
export type { Certificate } from "./listener.ts";
export { serveHttp } from "./serve.ts";
export type { HttpServer, ServeOptions } from "./serve.ts";
export { isAddressRange } from "./caller/trusted_proxies.ts";
export { makeToken, NewToken } from "../access/new_token.ts";
export { hashSecret, tableEntry, tokenTable } from "../access/token_table.ts";
