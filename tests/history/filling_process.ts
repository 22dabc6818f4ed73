/**
 * A process whose files may not grow beyond a limit: it writes until it is refused, and says what becomes of it.
 *
 * @module
 */
import { acceptance, completion, openIn } from "./support.ts";

const [path = ""] = Deno.args;
await using opened = await openIn(path, { bounds: { retryFirstMs: 5, retryMostMs: 20 } });
const { history } = opened;

const first = await history.accept(acceptance());
try {
  // Of the size of what is tried below: where no more of these fit, that does not either.
  while (true) await history.accept(acceptance());
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
const completed = history.complete(completion(first));
console.log(history.trouble);
await completed;
console.log(history.trouble ?? "no trouble");
await history.accept(acceptance());
console.log("accepted");
await Deno.stdin.read(new Uint8Array(1));
