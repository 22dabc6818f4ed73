/**
 * Waiting on a clock.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Waits so many milliseconds, or until abandoned. @returns Whether the time has passed. */
export function pause(ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const abandon = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", abandon);
      resolve(true);
    });
    signal.addEventListener("abort", abandon, { once: true });
  });
}
