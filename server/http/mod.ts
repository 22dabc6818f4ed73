/**
 * The HTTP room: routes, event streams and the map from errors to statuses, over the core.
 *
 * @module
 */
export { DEFAULT_LIMITS, SCOPES } from "./ports.ts";
export type { Health, HttpPorts, Limits, PluginHealth, Scope, Token, Tokens } from "./ports.ts";
export { serveHttp } from "./serve.ts";
export type { HttpServer } from "./serve.ts";
export { hashSecret, tokenTable } from "./token_table.ts";
export type { StoredToken } from "./token_table.ts";
