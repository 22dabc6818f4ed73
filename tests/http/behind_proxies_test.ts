/**
 * The server behind reverse proxies of Debian. It asserts times, and needs the proxies: only where it is asked for.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { deadline } from "@std/async/deadline";
import { api } from "../harness/api.ts";
import { openEvents } from "../harness/sse.ts";
import { startServer } from "../harness/start_server.ts";
import { TestSocket } from "../socket/support/socket.ts";
import { light, open } from "./support/access.ts";
import { BARE_NGINX, CADDY, NGINX, type Proxy, startProxy } from "./support/proxies.ts";

/** Set to 1, nginx and caddy are run; they must be installed (Debian's packages of these names). */
const FLAG = "SWITCHROOM_PROXIES";

/** The first byte, and each event after the call that brought it about. */
const MOST_MS = 1_000;
const EVENTS = 5;

for (
  const [name, proxy, { sockets }] of [
    ["nginx", NGINX, { sockets: true }],
    ["nginx that is only told whom to ask", BARE_NGINX, { sockets: false }],
    ["Caddy", CADDY, { sockets: true }],
  ] as [string, Proxy, { sockets: boolean }][]
) {
  Deno.test({
    name: `behind ${name}: calls, events at once, and the head of a stream at once (atc#139, nginx#1505)`,
    ignore: Deno.env.get(FLAG) !== "1",
    async fn() {
      await using server = await startServer({ config: { trustedProxies: ["127.0.0.1"] } });
      await using front = await startProxy(proxy, server.url);
      const behind = { url: front.url, token: server.token };
      const call = api(behind);
      const times: string[] = [];
      const timed = async <Value>(what: string, work: Promise<Value>): Promise<Value> => {
        const begun = performance.now();
        const value = await deadline(work, MOST_MS).catch((cause) => {
          throw new Error(`${what} took longer than ${MOST_MS} ms behind ${name}`, { cause });
        });
        times.push(`${what} ${Math.round(performance.now() - begun)} ms`);
        return value;
      };

      equal((await timed("a call", call("GET", "/v1/phones"))).status, 200);
      const desk = await open(call);
      await using events = await timed("the head of a stream", openEvents(behind, desk.application));
      for (let i = 0; i < EVENTS; i++) {
        const { body: { requestId } } = await light(call, desk.handle);
        await timed("an event", events.next("PHONE_REPLY", (reply) => reply.requestId === requestId));
      }

      if (sockets) {
        const headers = { authorization: `Bearer ${server.token}` };
        await using socket = await timed("a socket", TestSocket.open(front, headers));
        await socket.ask("phoneInitializeEx", { name: "behind" });
        const { handle } = await socket.ask("phoneOpen", { phone: "virtual:mini-1", privilege: "owner" });
        for (let i = 0; i < EVENTS; i++) {
          await timed("an answer", socket.ask("phoneSetLamp", { handle, lamp: 12, mode: "steady" }));
          equal((await timed("a notification", socket.nextOne())).method, "PHONE_REPLY");
        }
        // A page comes with its cookie, and its origin is the proxy's.
        const session = await call("POST", "/v1/session");
        const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
        await using page = await timed("a page's socket", TestSocket.open(front, { cookie, origin: front.url }));
        deepEqual(await page.ask("ping"), {});
      }
      ok(times.length > EVENTS);
      console.log(`${name}: ${times.join(", ")}`);
    },
  });
}
