/**
 * Tokens of the real server, and what is done with them.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { FactType, HistoryEvent } from "../../../server/core/contract/facts.ts";
import type { RequestRecord } from "../../../server/core/contract/record.ts";
import { api, type Call } from "../../harness/api.ts";
import type { RunningServer } from "../../harness/start_server.ts";

/** A token that has been made. */
export interface Made {
  id: string;
  token: string;
}

/** Makes a token, and calls with it. */
export async function access(server: RunningServer, asked: object): Promise<Made & { url: string; call: Call }> {
  const { status, body } = await api(server)<Made>("POST", "/v1/tokens", { body: { name: "test", ...asked } });
  equal(status, 201, JSON.stringify(body));
  return { ...body, url: server.url, call: api({ url: server.url, token: body.token }) };
}

/** Begins an application and opens a phone. */
export async function open(
  call: Call,
  { phone = "virtual:desk-1", privilege = "owner" }: { phone?: string; privilege?: string } = {},
) {
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", {
    body: { name: "test" },
  });
  const { status, body } = await call<{ handle: string }>("POST", `/v1/applications/${application}/handles`, {
    body: { phone, privilege },
  });
  equal(status, 201, JSON.stringify(body));
  return { application, handle: body.handle };
}

/** The virtual phone's own operation: delays or fails the next one. */
export function person(call: Call, handle: string, { command }: { command: object }) {
  return call("POST", `/v1/handles/${handle}/requests`, {
    body: { operation: "devSpecific", params: btoa(JSON.stringify(command)) },
    headers: { prefer: "wait=5" },
  });
}

/** Asks for a lamp of the virtual desk phone. */
export function light(call: Call, handle: string, { headers = {} }: { headers?: Record<string, string> } = {}) {
  return call<RequestRecord>("POST", `/v1/handles/${handle}/requests`, {
    body: { operation: "setLamp", lamp: 20, mode: "steady" },
    headers,
  });
}

/** The facts of one type, newest first. */
export async function eventsOf<Type extends FactType>(
  server: RunningServer,
  type: Type,
): Promise<HistoryEvent<Type>[]> {
  return (await api(server)<{ events: HistoryEvent<Type>[] }>("GET", `/v1/history/events?type=${type}`)).body.events;
}

/** What a token of an ordinary application is asked with. */
export const CONTROL = { scopes: ["phones:monitor", "phones:control", "history:read"] };

/** Waits until the oldest application has so many requests outstanding. */
export async function untilOutstanding(server: RunningServer, count: number): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const { body } = await api(server)<{ applications: { outstanding: number }[] }>("GET", "/v1/applications");
    if (body.applications[0]?.outstanding === count) return;
  }
  throw new Error(`There were never ${count} requests outstanding`);
}
