/**
 * An application that has opened the bench phone, and the bytes of the request that the load sends.
 *
 * @module
 */
import { api } from "../harness/api.ts";
import { phoneName } from "./bench_plugin.ts";

/** One request of the load. */
const BODY = JSON.stringify({ operation: "setLamp", lamp: 12, mode: "steady", reference: "bench-".padEnd(80, "x") });

/** What is preferred to the bare acceptance: the finished record, or no more than how it ended. */
const [RECORD, SHORT] = ["wait=10", "wait=10, return=minimal"];

/** What the load is sent to, and what it sends. */
export interface Target {
  hostname: string;
  port: number;
  request: string;
  status: string;
}

/** The load's request for any path: the same for the echo and for us. `prefer` asks for something else than the bare acceptance. */
function targetOf(url: string, { path, token, prefer }: { path: string; token: string; prefer?: string }): Target {
  const { hostname, port } = new URL(url);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${token}`,
    ...(prefer === undefined ? [] : [`Prefer: ${prefer}`]),
    "Content-Type: application/json",
    `Content-Length: ${BODY.length}`,
  ];
  const status = prefer === undefined ? "202" : "200";
  return { hostname, port: Number(port), request: `${head.join("\r\n")}\r\n\r\n${BODY}`, status };
}

/**
 * Opens the bench phone as its owner, and tries one request through to its record.
 *
 * @throws {Error} If that request does not succeed: what would be measured then is a refusal.
 */
export async function openPhone(
  server: { url: string; token: string },
): Promise<{ accepted: Target; waited: Target; minimal: Target; answerBytes: number }> {
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "Bench" } });
  const opened = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: phoneName(), privilege: "owner" },
  });
  const handle = String(opened.body.handle);
  const path = `/v1/handles/${handle}/requests`;
  const tried = await call("POST", path, { raw: BODY, headers: { prefer: RECORD } });
  if (tried.status !== 200 || tried.body.outcome !== "succeeded") {
    throw new Error(`The bench phone does not work: ${tried.status} ${JSON.stringify(tried.body)}`);
  }
  return {
    accepted: targetOf(server.url, { path, token: server.token }),
    waited: targetOf(server.url, { path, token: server.token, prefer: RECORD }),
    minimal: targetOf(server.url, { path, token: server.token, prefer: SHORT }),
    answerBytes: JSON.stringify(tried.body).length,
  };
}

/** The targets of the echo: its plain answer, and one of `answerBytes`. */
export function echoTargets(url: string, { answerBytes }: { answerBytes: number }): { echo: Target; padded: Target } {
  // As long as the server's, so that the requests are of one size.
  const token = crypto.randomUUID() + crypto.randomUUID();
  const padding = answerBytes - BODY.length - `,"padding":""`.length;
  return {
    echo: { ...targetOf(url, { path: "/echo", token }), status: "200" },
    padded: targetOf(url, { path: `/padded/${padding}`, token, prefer: RECORD }),
  };
}
