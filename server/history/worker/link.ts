/**
 * Calls into a worker of ours, answered in the order in which they were made.
 *
 * @module
 */
import { wordsOf } from "../../core/contract/errors.ts";
import { HistoryError } from "../contract/store.ts";
import { threadOf } from "../writer_thread.ts";

/** What a worker can be called for: a function of one argument for each name. */
export type Calls = Record<string, (argument: never) => unknown>;

/** What crosses back: what the worker tells before it answers; the answer, or what was thrown. */
type Answer =
  | { notice: unknown }
  | { value: unknown }
  | { thrown: string; exitCode: HistoryError["exitCode"] | undefined };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The calling side of a worker. */
export class WorkerLink<Of extends Calls> implements Disposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #dead: Error | undefined;

  /**
   * Starts the worker.
   *
   * @param url Its module, which must call {@linkcode answerCalls}.
   * @param options.begun A worker of that module which was started before; nobody has called it.
   * @param options.onDeath Called once if it dies by itself.
   * @param options.onNotice Is told what it tells before it answers.
   */
  constructor(
    url: URL,
    options: { begun?: Worker | undefined; onDeath: (error: Error) => void; onNotice?: (notice: unknown) => void },
  ) {
    this.#worker = options.begun ?? threadOf(url);
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("notice" in data) return options.onNotice?.(data.notice);
      const waiting = this.#waiting.shift();
      if ("value" in data) waiting?.resolve(data.value);
      else if (data.exitCode === undefined) waiting?.reject(new Error(data.thrown));
      else waiting?.reject(new HistoryError(data.thrown, { exitCode: data.exitCode }));
    };
    this.#worker.onerror = (event) => {
      // Otherwise the whole process would end with it.
      event.preventDefault();
      const error = new Error(`The worker ${url.pathname} died: ${event.message}`);
      this.#end(error);
      options.onDeath(error);
    };
  }

  /** Calls into the worker. @throws What the worker threw, or why it ended before it could answer. */
  call<Name extends keyof Of & string>(
    name: Name,
    argument: Parameters<Of[Name]>[0],
  ): Promise<Awaited<ReturnType<Of[Name]>>> {
    if (this.#dead) return Promise.reject(this.#dead);
    this.#worker.postMessage({ name, argument });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve: resolve as Waiting["resolve"], reject }));
  }

  /** Ends the worker at once; what it has not answered is rejected. */
  [Symbol.dispose](): void {
    this.#end(new Error("The history is closed"));
  }

  #end(error: Error): void {
    if (this.#dead) return;
    this.#dead = error;
    this.#worker.terminate();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/**
 * Lets a worker end what it has been given and close, then ends it; `signal` does that at once. A worker that has died
 * has nothing to close.
 *
 * @returns What its `close` answered; undefined if it did not.
 */
export async function closeWorker<Of extends Calls & { close(): unknown }>(
  link: WorkerLink<Of>,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Of["close"]>> | undefined> {
  const end = () => link[Symbol.dispose]();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const answer = await link.call("close", undefined).catch(() => undefined);
  signal.removeEventListener("abort", end);
  end();
  return answer;
}

/** The part of a worker's global scope that we use; the types of a page's scope are the ones that are loaded. */
interface WorkerScope {
  onmessage: (event: MessageEvent<{ name: string; argument: never }>) => void;
  postMessage(answer: Answer): void;
}

/** Tells the thread that started this worker something before it is answered. */
export function notify(notice: unknown): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.postMessage({ notice });
}

/** Answers the calls of the thread that started this worker, one after the other. */
export function answerCalls<Of extends Calls>(calls: Of): void {
  const answer = async ({ name, argument }: { name: string; argument: never }): Promise<Answer> => {
    try {
      return { value: await calls[name]?.(argument) };
    } catch (error) {
      return { thrown: wordsOf(error), exitCode: error instanceof HistoryError ? error.exitCode : undefined };
    }
  };
  const scope = globalThis as unknown as WorkerScope;
  let turn = Promise.resolve();
  scope.onmessage = ({ data }) => {
    turn = turn.then(async () => scope.postMessage(await answer(data)));
  };
}
