/**
 * A server whose disk fills up.
 *
 * @module
 */
import { deepEqual, match, ok } from "node:assert/strict";
import type { Book } from "../crash/book.ts";
import { type Answer, api, type Call } from "../harness/api.ts";
import type { RunningServer } from "../harness/start_server.ts";

/** The body of a request. */
type Asked = { operation: "setLamp"; lamp: number; mode: string } | { operation: "devSpecific"; params: string };

/** The phone that is used. */
export const PHONE = "virtual:desk-1";
/** How the server says it. */
export const FULL = /The history cannot be written: .*(?:full|I\/O)/;
/** More requests than any rest of a page has room for. */
const MOST_REQUESTS = 200;

/** What is asked for. */
export const LAMP: Asked = { operation: "setLamp", lamp: 12, mode: "steady" };

/** A 503 that says so in the documented way, and when to try again. */
export function assertRefused({ status, headers, body }: Answer<Record<string, unknown>>): void {
  deepEqual([status, body.code], [503, "PHONEERR_RESOURCEUNAVAIL"]);
  match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  ok(Number(headers.get("retry-after")) > 0);
  match(String(body.detail), FULL);
}

/** Opens the phone and asks for something that lasts a minute. */
export async function oneOpenRequest(server: RunningServer, book: Book) {
  const call = api(server);
  const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "full" } });
  const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, {
    body: { phone: PHONE, privilege: "owner" },
  });
  const params = btoa(JSON.stringify({ next: { count: 1, delayMs: 60_000 } }));
  await request(call, { operation: "devSpecific", params }, { handle: String(handle), book, prefer: "wait=10" });
  const open = await request(call, LAMP, { handle: String(handle), book });
  ok(open);
  return { call, application: String(application), handle: String(handle), open };
}

/** Asks for lamps until the history cannot be written. */
export async function requestUntilRefused(call: Call, { handle, book }: { handle: string; book: Book }): Promise<void> {
  for (let requests = 0; requests < MOST_REQUESTS; requests++) {
    if (await request(call, LAMP, { handle, book }) === undefined) return;
  }
  throw new Error(`The disk is not full after ${MOST_REQUESTS} requests`);
}

/** One request, written down if it is acknowledged; undefined if it is refused. */
async function request(
  call: Call,
  asked: Asked,
  { handle, book, prefer }: { handle: string; book: Book; prefer?: string },
): Promise<number | undefined> {
  const reference = crypto.randomUUID();
  const answer = await call<{ requestId: number }>("POST", `/v1/handles/${handle}/requests`, {
    body: { ...asked, reference },
    headers: prefer ? { prefer } : {},
  });
  if (answer.status === 503) return undefined;
  ok(answer.status === 200 || answer.status === 202, `${answer.status} ${JSON.stringify(answer.body)}`);
  const { requestId } = answer.body;
  const { operation, ...params } = asked;
  book.requests.set(requestId, { at: Date.now(), requestId, handle, operation, params, reference });
  return requestId;
}

/** Fills a disk to its last byte; gives the file that does. */
export async function fill(disk: string): Promise<string> {
  const path = `${disk}/ballast`;
  using file = await Deno.open(path, { write: true, create: true });
  for (const size of [65_536, 4_096]) {
    const bytes = new Uint8Array(size);
    try {
      for (;;) await file.write(bytes);
    } catch (error) {
      if (!(error instanceof Error && /no space|ENOSPC/i.test(error.message))) throw error;
    }
  }
  return path;
}

/** What `readyz` says. */
export async function readiness({ url }: { url: string }): Promise<{ status: number; reasons: string }> {
  const response = await fetch(`${url}/readyz`);
  const { reasons } = await response.json();
  return { status: response.status, reasons: reasons.join("\n") };
}

/** The handles, or types, of the facts of one type. */
export async function factsOf(call: Call, type: string): Promise<string[]> {
  const { body } = await call<{ events: { handle?: string }[] }>("GET", `/v1/history/events?type=${type}`);
  return body.events.map(({ handle }) => handle ?? type);
}
