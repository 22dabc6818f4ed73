/**
 * A worker that answers, refuses or dies as it is told.
 *
 * @module
 */
import { HistoryError } from "../../server/history/contract/store.ts";
import { answerCalls } from "../../server/history/worker/link.ts";

const calls = {
  echo: (value: string): string => value,
  refuse: (exitCode: 2 | 57): never => {
    throw new HistoryError("No", { exitCode });
  },
  die: (why: string): void => {
    queueMicrotask(() => {
      throw new Error(why);
    });
  },
};

/** What the worker can be called for. */
export type EchoCalls = typeof calls;

answerCalls(calls);
