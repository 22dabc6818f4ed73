/**
 * The WebSocket: JSON-RPC 2.0 with TAPI's own names (api.md, section 3).
 *
 * The runtime keeps a message until it is whole, in frames of up to 64 MiB and however many of them, before anybody here sees how long it is. So the
 * token is asked for first, the sockets of each are bounded, and whoever sends what is too large is closed.
 *
 * @module
 */
import { addressOf } from "../caller/call_source.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AccessRefusals } from "../../access/access_refusals.ts";
import type { Pace } from "../../access/rate_limit.ts";
import type { HttpPorts } from "./ports.ts";
import { Refusal } from "../../api/refusals/refusal.ts";
import { admitSession, callingSessionOf } from "../caller/login_cookie.ts";
import type { SessionTable } from "../../access/login_table.ts";
import type { Turns } from "../../api/token_semaphore.ts";
import type { Waits } from "../../api/waits.ts";
import { CallsUnderWay } from "../../socket/calls_under_way.ts";
import { Connection, SOCKET_PATH } from "../../socket/connection.ts";
import { methodsOf } from "../../socket/methods.ts";
import type { Sockets } from "../../socket/sockets.ts";

export { Sockets } from "../../socket/sockets.ts";

/** A client that says nothing is pinged after half of this, and its socket closed after the whole unless it answers; seconds. */
const IDLE_SECONDS = 30;

/** The route of the socket. */
export function socketEndpoints(
  ports: HttpPorts & {
    sessions: SessionTable;
    sockets: Sockets;
    refusals: AccessRefusals;
    pace: Pace;
    waits: Waits;
    questions: Turns;
  },
): Endpoint[] {
  const { sessions, sockets, pace, waits } = ports;
  const methods = methodsOf(ports);
  const underWay = new CallsUnderWay();
  return [
    {
      method: "GET",
      path: SOCKET_PATH,
      scope: "phones:monitor",
      admit: (context) => admitSession(context, ports),
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
      run({ context, token }) {
        sockets.requireRoom(token.id);
        const { raw } = context.req;
        requireUpgrade(raw);
        const address = addressOf(context);
        const session = callingSessionOf(context);
        const { socket, response } = upgrade(raw);
        const connection = new Connection(socket, { ports, methods, underWay, pace, token, address });
        sockets.add(token.id, connection);
        connection.closed.then(waits.begin(token.id, () => connection.stop("revoked")));
        if (session !== undefined) connection.closed.then(sessions.onEnd(session, () => connection.logOut()));
        return response;
      },
    },
  ];
}

function requireUpgrade({ method, headers }: Request): void {
  const asks = method === "GET" && /^websocket$/i.test(headers.get("upgrade") ?? "");
  if (asks && headers.get("sec-websocket-version") === "13") return;
  throw new Refusal("upgrade-required", "The call asks for no WebSocket of version 13, and nothing else is here", {
    headers: { upgrade: "websocket", "sec-websocket-version": "13" },
  });
}

function upgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refusal("bad-request", `The WebSocket handshake is not valid: ${error.message}`);
  }
}
