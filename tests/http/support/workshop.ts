/**
 * A real server with everything on it that a path can name: an application, handles, a request, tokens.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { Answer, Call } from "../../harness/api.ts";
import type { Scope } from "../../../server/access/mod.ts";

/** What the calls of a test have to work with. */
export interface Workshop {
  /** Makes a call that must be documented. */
  readonly ask: Call;
  /** An application. */
  readonly application: string;
  /** A handle of it that owns `virtual:desk-1`. */
  readonly handle: string;
  /** A handle of it that monitors `virtual:mini-1`. */
  readonly monitor: string;
  /** The secret of a token that has any scope but this. */
  secretWithout(scope: string | undefined): string;
}

/** Sets everything up. */
export async function openWorkshop(ask: Call): Promise<Workshop> {
  const secretOf = async (scope: Scope) => {
    const { token } = await expect(201, ask("POST", "/v1/tokens", { body: { name: scope, scopes: [scope] } }));
    return String(token);
  };
  const [monitoring, collecting] = [await secretOf("phones:monitor"), await secretOf("metrics")];
  const begun = await expect(201, ask("POST", "/v1/applications", { body: { name: "Workshop", leaseSeconds: 60 } }));
  const application = String(begun.application);
  return {
    ask,
    application,
    handle: await openPhone(ask, application, { phone: "virtual:desk-1", privilege: "owner" }),
    monitor: await openPhone(ask, application, { phone: "virtual:mini-1", privilege: "monitor" }),
    secretWithout: (scope) => scope === "metrics" ? monitoring : collecting,
  };
}

/** Opens a phone; gives the handle. */
export async function openPhone(
  ask: Call,
  application: string,
  { phone, privilege }: { phone: string | number; privilege: string },
): Promise<string> {
  const opened = ask("POST", `/v1/applications/${application}/handles`, { body: { phone, privilege } });
  return String((await expect(201, opened)).handle);
}

/** The body of an answer that must have this status. */
export async function expect<Body>(status: number, asked: Promise<Answer<Body>>): Promise<Body> {
  const { status: got, body } = await asked;
  equal(got, status, JSON.stringify(body));
  return body;
}
