/**
 * A process that writes requests for as long as it lives, and says on its output what it was told is on disk. The tests
 * kill it.
 *
 * @module
 */
import { acceptance, completion, openIn } from "./support.ts";

const [path = ""] = Deno.args;
const opened = await openIn(path);
const encoder = new TextEncoder();
const say = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

say("ready");
await Promise.all(Array.from({ length: 16 }, async (_, index) => {
  while (true) {
    const id = await opened.history.accept(acceptance());
    say(`accepted ${id}`);
    if (index === 0) continue;
    await opened.history.complete(completion(id));
    say(`completed ${id}`);
  }
}));
