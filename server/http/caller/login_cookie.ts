/**
 * The cookie of a login, and when it counts. Its name and the route `/v1/session` are promised (api.md, section 3), so
 * callers are told of a session.
 *
 * @module
 */
import type { Context } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import { type AccessRefusals, LOGIN_SECONDS, type LoginTable, type Token } from "../../access/mod.ts";
import { Refusal } from "../../api/mod.ts";
import { quoted } from "../../core/contract/quoted.ts";
import { HttpRefusal } from "../answering/problem_response.ts";
import { addressOf, type Env, isSecure } from "./call_source.ts";

const NAME = "switchroom_session";

/**
 * Over HTTPS the cookie has the prefix `__Host-`, so that no other host and no page without encryption can have put it
 * there. It cannot be bound to the port: other servers on other ports of the same host are sent it too.
 */
const prefixOf = (context: Context<Env>) => isSecure(context) ? "host" : undefined;

/** The secret that a call's cookie carries; undefined without one. */
export function loginSecretOf(context: Context<Env>): string | undefined {
  return getCookie(context, NAME, prefixOf(context));
}

/**
 * The secret of the login that a call comes with; undefined if it has none, or an Authorization header that says who
 * calls.
 */
export function callingLoginOf(context: Context<Env>): string | undefined {
  return context.req.raw.headers.has("authorization") ? undefined : loginSecretOf(context);
}

/**
 * The `Set-Cookie` of a login.
 *
 * @param secret undefined to have the browser forget it.
 */
export function loginCookie(context: Context<Env>, secret: string | undefined): string {
  const prefix = prefixOf(context);
  return generateCookie(NAME, secret ?? "", {
    path: "/v1",
    httpOnly: true,
    sameSite: "Strict",
    // What the prefix demands: Secure, and the path /.
    ...(prefix && { prefix }),
    maxAge: secret === undefined ? 0 : LOGIN_SECONDS,
  });
}

/**
 * The token of a call that comes with a login and no Authorization header; undefined if the call must say otherwise who
 * it is.
 *
 * A browser sends the cookie whatever page asks, so the page must be one of this server (`Origin`).
 *
 * @throws {Refusal} `foreign-origin`; `unauthorized` if the login has ended.
 */
export function admitLogin(
  context: Context<Env>,
  { logins, refusals }: { logins: LoginTable; refusals: AccessRefusals },
): Token | undefined {
  const secret = callingLoginOf(context);
  if (secret === undefined) return undefined;
  requireSameOrigin(context);
  const token = logins.find(secret);
  if (token !== undefined) return token;
  refusals.count(addressOf(context), "unknownSession");
  throw new HttpRefusal("unauthorized", "The session has ended; begin another with POST /v1/session", {
    headers: { "www-authenticate": "Bearer", "set-cookie": loginCookie(context, undefined) },
  });
}

function requireSameOrigin(context: Context<Env>): void {
  const { headers } = context.req.raw;
  const origin = headers.get("origin");
  const own = `${isSecure(context) ? "https" : "http"}://${headers.get("host")}`;
  if (origin !== null && URL.canParse(own) && origin === new URL(own).origin) return;
  const was = origin === null ? "has no Origin" : `comes from ${quoted(origin)}`;
  throw new Refusal("foreign-origin", `The call ${was}; with a session it must come from a page of this server`);
}
