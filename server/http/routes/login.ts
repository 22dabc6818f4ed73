/**
 * Logins of browsers: their beginning and end. To callers they are sessions, by the name of the route.
 *
 * @module
 */
import { SAFE_HEADERS } from "../answering/answer.ts";
import { admitLogin, loginCookie, loginSecretOf } from "../caller/login_cookie.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The routes of logins. */
export function loginEndpoints(ports: Pick<AppPorts, "logins" | "refusals">): Endpoint[] {
  const { logins } = ports;
  const answered = (cookie: string) =>
    new Response(null, { status: 204, headers: { ...SAFE_HEADERS, "set-cookie": cookie } });
  return [
    {
      method: "POST",
      path: "/v1/session",
      scope: "phones:monitor",
      description: {
        id: "beginSession",
        tag: "applications",
        summary: "Begin a session, so that a browser can open the socket",
        description:
          "A browser's WebSocket can carry no token. The cookie counts for `/v1/socket` and for ending the session, from pages of this server only, until " +
          "12 hours after its last use, or until the token or the server ends. Of each token's sessions the 64 that were used last count. Over " +
          "HTTPS the cookie is called `__Host-switchroom_session`.",
        answers: { 204: { description: "The session has begun.", headers: ["Set-Cookie"] } },
      },
      serve: ({ context, token }) => answered(loginCookie(context, logins.begin(token))),
    },
    {
      method: "DELETE",
      path: "/v1/session",
      scope: undefined,
      admit: (context) => admitLogin(context, ports),
      description: {
        id: "endSession",
        tag: "applications",
        summary: "End the session whose cookie the call carries",
        description:
          "The cookie itself may say who calls. Sockets that were opened with it are closed with 4004; their applications are as after any lost socket.",
        answers: { 204: { description: "There is no session any more.", headers: ["Set-Cookie"] } },
        problems: ["foreign-origin"],
      },
      serve({ context }) {
        const secret = loginSecretOf(context);
        if (secret !== undefined) logins.end(secret);
        return answered(loginCookie(context, undefined));
      },
    },
  ];
}
