import { deepEqual, match } from "node:assert/strict";
import { Hono } from "hono";
import type { Env } from "../../server/http/caller/call_source.ts";
import { callingLoginOf, loginCookie } from "../../server/http/caller/login_cookie.ts";

/** What is made of a call with this cookie: the cookie that is set, and the secret that is found. */
async function asked(cookie: string, { overTls }: { overTls: boolean }) {
  const app = new Hono<Env>().get(
    "/",
    (context) => context.json({ set: loginCookie(context, "secret"), found: callingLoginOf(context) ?? null }),
  );
  const answer = await app.fetch(new Request("http://x/", { headers: { cookie } }), {
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    completed: Promise.resolve(),
    overTls,
    isTrusted: () => false,
  });
  return await answer.json();
}

Deno.test("over HTTPS the cookie is one that no other host can have set", async () => {
  const { set } = await asked("", { overTls: true });
  match(set, /^__Host-switchroom_session=secret; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
});

Deno.test("a cookie counts under the name that it was given over this kind of connection only", async () => {
  const found = async (cookie: string, overTls: boolean) => (await asked(cookie, { overTls })).found;
  const plain = "switchroom_session=secret";
  deepEqual(
    await Promise.all([
      found(plain, false),
      found(`__Host-${plain}`, true),
      found(plain, true),
      found(`__Host-${plain}`, false),
    ]),
    ["secret", "secret", null, null],
  );
});
