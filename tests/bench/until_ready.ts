import { delay } from "@std/async/delay";

const AGAIN_MS = 3;

/** Asks `readyz` until it says yes. @throws {Error} If it does not within `ms` milliseconds. */
export async function untilReady(url: string, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const answer = await fetch(`${url}/readyz`);
    await answer.body?.cancel();
    if (answer.ok) return;
    await delay(AGAIN_MS);
  }
  throw new Error(`${url} is not ready after ${ms} ms`);
}
