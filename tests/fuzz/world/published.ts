import { trustedProxies } from "../../../server/http/caller/trusted_proxies.ts";
import type { OpenApi } from "../../http/support/open_api.ts";
import { openHouse, SECRETS } from "./house.ts";

/** The OpenAPI document. */
export const DOCUMENT: OpenApi = await published();

async function published(): Promise<OpenApi> {
  const { app, core: { lifecycle } } = await openHouse();
  const request = new Request("http://127.0.0.1/v1/openapi.json", {
    headers: { authorization: `Bearer ${SECRETS.operator}` },
  });
  const response = await app.fetch(request, {
    completed: Promise.resolve(),
    overTls: false,
    isTrusted: trustedProxies([]),
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 },
  });
  const document = await response.json();
  await lifecycle.stop();
  return document;
}
