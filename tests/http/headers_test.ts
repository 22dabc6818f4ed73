import { equal } from "node:assert/strict";
import { waitOf } from "../../server/http/reading/headers.ts";

Deno.test("wait is read out of whatever a Prefer header may be (RFC 7240)", () => {
  const headers: [header: string | null, seconds: number | undefined][] = [
    [null, undefined],
    ["", undefined],
    ["wait=5", 5],
    ["wait=0", 0],
    ["Wait = 5", 5],
    ['wait="5"', 5],
    ["wait=60", 60],
    ["wait=61", 60],
    [`wait=${"9".repeat(400)}`, 60],
    ["respond-async, wait=10", 10],
    ["wait=10;foo=bar, respond-async", 10],
    ['foo; some-parameter="a, wait=3", wait=7', 7],
    ["wait=1, wait=2", 1],
    ["wait=x, wait=2", 2],
    ["wait", undefined],
    ["wait=", undefined],
    ["wait=-1", undefined],
    ["wait=1.5", undefined],
    ["wait=1 2", undefined],
    ["waiter=5", undefined],
    ['foo="wait=5', undefined],
    [",,;=,wait=4", 4],
  ];
  for (const [header, seconds] of headers) equal(waitOf(header, 60), seconds, String(header));
});

Deno.test("a long hostile Prefer header is read in linear time", () => {
  for (const part of ['"', "\\", '"\\', "wait=", "wait ", ";", " ", "a,"]) {
    equal(waitOf(part.repeat(100_000), 60), undefined);
  }
});
