import { deepEqual } from "node:assert/strict";
import { readResults } from "./support/tap.ts";

Deno.test("the results of tests are read as Deno tells them: passed, left out, failed with the reason, and failed in a step", () => {
  const told = `TAP version 14
# ./tests/peers/inside/some.ts
ok 1 - it works
not ok 2 - it fails
  ---
  {"message":"AssertionError: 1 == 2","severity":"fail","at":{"file":"./some.ts","line":3}}
  ...
ok 3 - it \\# is left out # SKIP
# Subtest: it has steps
    not ok 1 - one
      ---
      {"message":"Error: why","severity":"fail","at":{"file":"./some.ts","line":5}}
      ...
    1..1
not ok 4 - it has steps
  ---
  {"message":"1 test step failed.","severity":"fail","at":{"file":"./some.ts","line":5}}
  ...
1..4
`;
  const results = readResults(told);
  deepEqual(results.map(({ name, ignored, failure }) => [name, ignored, failure !== undefined]), [
    ["it works", false, false],
    ["it fails", false, true],
    ["it # is left out", true, false],
    ["it has steps", false, true],
  ]);
  deepEqual([/1 == 2/, /why/].map((why) => results.filter(({ failure = "" }) => why.test(failure)).length), [1, 1]);
});
