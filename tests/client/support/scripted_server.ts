/**
 * A server that answers what a test has it answer: for what no server of ours says.
 *
 * @module
 */

/** What a call carries. */
export interface Called {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

/** A server that runs. */
export interface ScriptedServer extends AsyncDisposable {
  url: string;
  /** The next call of a method that comes over a socket. */
  next(method: string): Promise<Called>;
  /** Sends a message over the newest socket. */
  send(message: unknown): void;
  /** Ends the newest socket. */
  cut(): void;
}

const STARTED = { application: "a", leaseSeconds: 60, phoneCount: 1 };

/**
 * Starts one.
 *
 * @param options.results What each method is answered, by its name; what has none is answered by nothing.
 * @param options.http What is answered over HTTP.
 */
export function scriptedServer(
  { results = {}, http = () => new Response(null, { status: 204 }) }: {
    results?: Record<string, unknown>;
    http?: (request: Request) => Response | Promise<Response>;
  } = {},
): ScriptedServer {
  const answers: Record<string, unknown> = {
    phoneInitializeEx: STARTED,
    resume: { ...STARTED, handles: [] },
    phoneShutdown: {},
    ping: {},
    ...results,
  };
  const awaited = new Map<string, (call: Called) => void>();
  let newest: WebSocket | undefined;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") return http(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    newest = socket;
    socket.onmessage = ({ data }) => {
      const call: Called = JSON.parse(data);
      const { id, method } = call;
      awaited.get(method)?.(call);
      if (Object.hasOwn(answers, method)) {
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...answerOf(answers[method]) }));
      }
    };
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    next: (method) => new Promise((resolve) => awaited.set(method, resolve)),
    send: (message) => newest?.send(typeof message === "string" ? message : JSON.stringify(message)),
    cut: () => newest?.close(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An error is answered as one. */
function answerOf(result: unknown): object {
  return typeof result === "object" && result !== null && "error" in result ? result : { result };
}
