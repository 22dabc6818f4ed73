/**
 * The HTTP room: routes, event streams and the map from errors to statuses, over the core.
 *
 * @module
 */
export { DEFAULT_LIMITS, SCOPES } from "./ports.ts";
export type {
  Answered,
  Health,
  HttpPorts,
  Limits,
  MetricsText,
  PluginHealth,
  Scope,
  StoredToken,
  Token,
  Tokens,
  TokenTable,
} from "./ports.ts";
export type { Certificate } from "./listener.ts";
export { serveHttp } from "./serve.ts";
export type { HttpServer, ServeOptions } from "./serve.ts";
export { isAddressRange } from "./access/trusted_proxies.ts";
export { makeToken, NewToken } from "./access/new_token.ts";
export { hashSecret, tableEntry, tokenTable } from "./access/token_table.ts";
