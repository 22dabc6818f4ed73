import { nearestTime } from "../core/contract/time.ts";
import { type Clock, SlotMap } from "../core/mod.ts";

/**
 * One timer for all that wait equally long: most are cancelled early, and a timer of their own would cost 3 us each.
 */
interface Queue {
  readonly waiting: SlotMap<{ readonly number: number; readonly at: number; readonly run: () => void }>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const queues = new Map<number, Queue>();
/** Numbers those that wait. */
let begun = 0;

/** The world's own time, as far as there is a time to tell. Its timers keep the process alive no longer than it wants to live. */
export const systemClock: Clock = {
  wall: () => nearestTime(Date.now()),
  monotonic: () => performance.now(),
  after(ms, run) {
    const queue = queues.get(ms) ?? { waiting: new SlotMap(), timer: undefined };
    const number = ++begun;
    queue.waiting.set(number, { number, at: performance.now() + ms, run });
    if (queue.timer === undefined) {
      queues.set(ms, queue);
      watch(ms, queue);
    }
    return () => {
      // Given up with the last one, since clients choose how long some wait.
      if (queue.waiting.delete(number) && queue.waiting.size === 0) forget(ms, queue);
    };
  },
};

/** A timer that is later than this has met a process that stood still, milliseconds: a disk or the system stopped it. */
const STOOD_STILL_MS = 100;
/** So long is then given to what has come meanwhile: whoever kept a deadline that has passed by now is heard before. */
const HEARING_MS = 10;

/** Waits for the first: they came in the order in which they are due. */
function watch(ms: number, queue: Queue): void {
  const [first] = queue.waiting.values();
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
    for (const { number, at, run } of queue.waiting.values()) {
      if (at > now) break;
      queue.waiting.delete(number);
      run();
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
