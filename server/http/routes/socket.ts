/**
 * The door of the socket: the call that asks for one, admitted and upgraded.
 *
 * @module
 */
import { Refusal } from "../../api/mod.ts";
import { SOCKET_PATH } from "../../socket/mod.ts";
import { HttpRefusal } from "../answering/problem_response.ts";
import { addressOf } from "../caller/call_source.ts";
import { admitLogin, callingLoginOf } from "../caller/login_cookie.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/**
 * A client that says nothing is pinged after half of this, and its socket closed after the whole unless it answers;
 * seconds.
 */
const IDLE_SECONDS = 30;

/** What clients call this conversation that name it: they hang up unless what they offer is given back. */
const PROTOCOLS = ["jsonrpc", "switchroom"];

/** The route of the socket. */
export function socketEndpoints(
  ports: Pick<AppPorts, "sockets" | "logins" | "refusals" | "waits">,
): Endpoint[] {
  const { sockets, logins, waits } = ports;
  return [
    {
      method: "GET",
      path: SOCKET_PATH,
      scope: "phones:monitor",
      admit: (context) => admitLogin(context, ports),
      description: {
        id: "openSocket",
        tag: "applications",
        summary: "Open a WebSocket",
        description:
          "JSON-RPC 2.0, methods and events of one application, as `/v1/asyncapi.json` describes it. A browser, which can send no token, comes with the cookie of " +
          "a session.",
        answers: { 101: { description: "The socket is open." } },
        problems: ["bad-request", "foreign-origin", "upgrade-required", "too-many"],
      },
      serve({ context, token }) {
        sockets.requireRoom(token.id);
        const { raw } = context.req;
        requireUpgrade(raw);
        const address = addressOf(context);
        const login = callingLoginOf(context);
        const { socket, response } = upgrade(raw);
        const connection = sockets.open(socket, { token, address });
        connection.closed.then(waits.begin(token, (why) => connection.stop(why)));
        if (login !== undefined) connection.closed.then(logins.onEnd(login, () => connection.logOut()));
        return response;
      },
    },
  ];
}

function requireUpgrade({ method, headers }: Request): void {
  const asks = method === "GET" && /^websocket$/i.test(headers.get("upgrade") ?? "");
  if (asks && headers.get("sec-websocket-version") === "13") return;
  throw new HttpRefusal("upgrade-required", "The call asks for no WebSocket of version 13, and nothing else is here", {
    headers: { upgrade: "websocket", "sec-websocket-version": "13" },
  });
}

function upgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    const upgraded = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS });
    // Not as its option `protocol`: Deno finds none in a list without a blank after each comma, and fails.
    const protocol = protocolOf(request.headers.get("sec-websocket-protocol"));
    if (protocol !== undefined) upgraded.response.headers.set("sec-websocket-protocol", protocol);
    return upgraded;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refusal("bad-request", `The WebSocket handshake is not valid: ${error.message}`);
  }
}

/** The first of the subprotocols offered that is ours; undefined if none is (RFC 6455, 4.2.2: then none is named). */
function protocolOf(offered: string | null): string | undefined {
  return offered?.split(",").map((name) => name.trim()).find((name) => PROTOCOLS.includes(name));
}
