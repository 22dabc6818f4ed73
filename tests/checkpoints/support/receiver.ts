import type { Checkpoint } from "../../../server/core/contract/history.ts";
import { soon } from "../../harness/soon.ts";

/** What came with a checkpoint. */
export interface Received {
  checkpoint: Checkpoint;
  method: string;
  headers: Headers;
}

/** Something that takes checkpoints over HTTP. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** All that it was sent, also what it did not take. */
  readonly received: readonly Received[];
  /** What it answers; 204 unless it is set. Undefined: never. */
  answer: () => Response | undefined;
  /** Resolves with the first that fits, received already or yet to come. */
  until(fits: (received: Received) => boolean): Promise<Received>;
}

/** Starts a receiver. */
export function receiver(tls: { cert: string; key: string } | undefined = undefined): Receiver {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const { promise: never, resolve: answerAll } = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {}, ...tls }, async (request) => {
    received.push({ checkpoint: await request.json(), method: request.method, headers: request.headers });
    for (const look of [...waiting]) look();
    return running.answer() ?? await never;
  });
  const running: Receiver = {
    url: `${tls ? "https" : "http"}://127.0.0.1:${server.addr.port}/checkpoints`,
    received,
    answer: () => new Response(null, { status: 204 }),
    until(fits) {
      const { promise, resolve } = Promise.withResolvers<Received>();
      const look = () => {
        const found = received.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      return soon(promise);
    },
    [Symbol.asyncDispose]() {
      answerAll(new Response());
      return server.shutdown();
    },
  };
  return running;
}
