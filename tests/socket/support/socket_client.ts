/**
 * A client of the socket that does nothing of its own: what it sends and what comes is handed to the test.
 *
 * @module
 */
import { soon } from "../../harness/soon.ts";

/** A message as it came. */
export type Message = Record<string, unknown>;

/** An open socket. The end of its block closes it. */
export interface SocketClient extends AsyncDisposable {
  /** Calls a method; gives the whole answer. */
  call(method: string, params?: object): Promise<Message>;
  /** Waits for a notification that fits, those included that have come. */
  until(fits: (notification: Message) => boolean): Promise<Message>;
}

/** Opens a socket; `onMessage` is told of everything that is sent and that comes, in its order. */
export async function openSocket(
  server: { url: string; token: string },
  onMessage: (message: Message, from: "client" | "server") => void,
): Promise<SocketClient> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/socket`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const notifications: Message[] = [];
  const answers = new Map<unknown, (answer: Message) => void>();
  let look = () => {};
  let lastId = 0;
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  socket.onmessage = ({ data }) => {
    const message: Message = JSON.parse(data);
    onMessage(message, "server");
    if ("id" in message) return answers.get(message["id"])?.(message);
    notifications.push(message);
    look();
  };
  await soon(
    new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error(`The socket was not opened: ${(event as ErrorEvent).message}`));
    }),
  );
  return {
    call(method, params) {
      const message = { jsonrpc: "2.0", id: ++lastId, method, ...(params && { params }) };
      onMessage(message, "client");
      const answer = soon(new Promise<Message>((resolve) => answers.set(message.id, resolve)));
      socket.send(JSON.stringify(message));
      return answer;
    },
    async until(fits) {
      for (;;) {
        const found = notifications.find(fits);
        if (found) return found;
        await soon(new Promise<void>((resolve) => look = resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await soon(closed);
    },
  };
}
