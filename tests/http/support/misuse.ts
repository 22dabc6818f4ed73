/**
 * A route, called in each way in which any route of its kind must not be called.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { CallOptions } from "../../harness/api.ts";
import type { Route } from "./open_api.ts";
import { expect, type Workshop } from "./workshop.ts";

const NOWHERE = "none";

/** Calls a route without a token, without its scope, with what it does not take, and for what is not there. */
export async function misuse({ method, path, operation }: Route, workshop: Workshop): Promise<void> {
  const { ask } = workshop;
  const { requestBody, parameters, security } = operation;
  const there = fill(path, { application: workshop.application, handle: workshop.handle, id: "1", phone: "0" });
  const refused = (status: number, options: CallOptions) => expect(status, ask(method, there, options));
  const has = (place: string, name: string) => parameters.some((it) => it.in === place && it.name === name);

  if (security[0]) {
    await refused(401, { headers: { authorization: "" } });
    const [scope] = security[0].bearer ?? [];
    const authorization = `Bearer ${workshop.secretWithout(scope)}`;
    if (scope !== undefined) await refused(403, { headers: { authorization } });
  }
  if (requestBody) {
    await refused(400, { body: { nonsense: true } });
    await refused(413, { raw: " ".repeat(100_000) });
    await refused(415, { raw: "{}", headers: { "content-type": "text/plain" } });
  }
  if (security[0]) {
    const { status } = await ask(method, `${there}?nonsense=1`);
    // Whether there is what a path names may come first.
    ok(status === 400 || status === 404, `${method} ${path} with a nonsense query: ${status}`);
  }
  if (has("header", "Last-Event-ID")) {
    await refused(400, { headers: { "last-event-id": "x" } });
    await refused(422, { headers: { "last-event-id": "999999" } });
  }
  // For nothing that is there, and for nothing of what is there.
  for (const nowhere of [fill(path, {}), fill(path, { application: workshop.application, handle: workshop.handle })]) {
    if (nowhere.includes(NOWHERE)) await ask(method, nowhere, requestBody ? { body: {} } : {});
  }
}

/** Puts values in the places of a path. */
function fill(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? NOWHERE);
}
