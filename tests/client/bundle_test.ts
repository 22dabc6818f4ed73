import { equal, ok } from "node:assert/strict";

/** A page loads it before it can do anything: that is little beside any page, and some room is left. */
const MOST_BYTES = 24_000;

Deno.test("the client in one file for browsers, checks included, stays small", async () => {
  const client = new URL("../../server/client/mod.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", client],
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const compressed = new Response(ReadableStream.from([stdout]).pipeThrough(new CompressionStream("gzip")));
  const { length } = await compressed.bytes();
  ok(length <= MOST_BYTES, `The bundle has ${length} bytes compressed: at most ${MOST_BYTES} are right`);
  // Nothing by a bare name: a browser has no import map, nor has Node.
  equal(/^import /m.test(new TextDecoder().decode(stdout)), false);
});
