/**
 * Preloaded into the server's own process: tells how late its timers are, which is how long its event loop was held up.
 *
 * @module
 */

const EVERY_MS = 5;
const TELL_MS = 250;

let late: number[] = [];

function sample(): void {
  const due = performance.now() + EVERY_MS;
  const timer = setTimeout(() => {
    late.push(Math.max(0, performance.now() - due));
    sample();
  }, EVERY_MS);
  Deno.unrefTimer(timer);
}

sample();
Deno.unrefTimer(setInterval(() => {
  console.error(`lag ${JSON.stringify(late.map((ms) => Number(ms.toFixed(3))))}`);
  late = [];
}, TELL_MS));
