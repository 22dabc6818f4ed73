/**
 * HTTP: routes, event streams, documents and the listening server, over the API. It mounts the socket, and knows no
 * more of it than its door.
 *
 * @module
 */
export { isAddressRange } from "./caller/trusted_proxies.ts";
export type { Certificate } from "./listener.ts";
export type { Answered, HttpPorts, MetricsText } from "./routes/ports.ts";
export type { Health } from "../core/contract/health.ts";
export { type HttpServer, serveHttp, type ServeOptions } from "./serve.ts";
