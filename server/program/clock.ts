import { nearestTime } from "../core/contract/time.ts";
import type { Clock } from "../core/mod.ts";

/**
 * One timer for all that wait equally long: most are cancelled early, and a timer of their own would cost 3 us each.
 */
interface Queue {
  readonly waiting: Set<{ readonly at: number; readonly run: () => void }>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const queues = new Map<number, Queue>();

/** The world's own time, as far as there is a time to tell. Its timers keep the process alive no longer than it wants to live. */
export const systemClock: Clock = {
  wall: () => nearestTime(Date.now()),
  monotonic: () => performance.now(),
  after(ms, run) {
    const queue = queues.get(ms) ?? { waiting: new Set(), timer: undefined };
    const entry = { at: performance.now() + ms, run };
    queue.waiting.add(entry);
    if (queue.timer === undefined) {
      queues.set(ms, queue);
      watch(ms, queue);
    }
    return () => {
      // Given up with the last one, since clients choose how long some wait.
      if (queue.waiting.delete(entry) && queue.waiting.size === 0) forget(ms, queue);
    };
  },
};

/** A timer that is later than this has met a process that stood still, milliseconds: a disk or the system stopped it. */
const STOOD_STILL_MS = 100;
/** So long is then given to what has come meanwhile: whoever kept a deadline that has passed by now is heard before. */
const HEARING_MS = 10;

/** Waits for the first: they came in the order in which they are due. */
function watch(ms: number, queue: Queue): void {
  const [first] = queue.waiting;
  if (first === undefined) return forget(ms, queue);
  queue.timer = setTimeout(() => {
    if (performance.now() - first.at < STOOD_STILL_MS) ring(ms, queue);
    else queue.timer = setTimeout(() => ring(ms, queue), HEARING_MS);
  }, Math.max(0, first.at - performance.now()));
}

/** Calls all that are due. */
function ring(ms: number, queue: Queue): void {
  const now = performance.now();
  try {
    for (const entry of queue.waiting) {
      if (entry.at > now) break;
      queue.waiting.delete(entry);
      entry.run();
    }
  } finally {
    watch(ms, queue);
  }
}

function forget(ms: number, queue: Queue): void {
  clearTimeout(queue.timer);
  queue.timer = undefined;
  if (queues.get(ms) === queue) queues.delete(ms);
}
