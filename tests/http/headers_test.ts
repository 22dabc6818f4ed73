import { deepEqual, equal } from "node:assert/strict";
import { type Preferences, preferencesOf } from "../../server/http/reading/headers.ts";

Deno.test("wait and return are read out of whatever a Prefer header may be (RFC 7240)", () => {
  const waits: [header: string | null, seconds: number | undefined][] = [
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
    ['wait="5', undefined],
    ['wait=5"', undefined],
  ];
  for (const [header, seconds] of waits) equal(preferencesOf(header, 60).wait, seconds, String(header));
  const returns: [header: string, preferences: Preferences][] = [
    ["return=minimal", { return: "minimal" }],
    ["return=representation", { return: "representation" }],
    ['Return = "Minimal"', { return: "minimal" }],
    ["wait=5, return=minimal", { wait: 5, return: "minimal" }],
    ["return=minimal; x=1; y, respond-async, wait=5; z", { wait: 5, return: "minimal" }],
    ["return=minimal, return=representation", { return: "minimal" }],
    ["return=representation, wait=5, return=minimal", { wait: 5, return: "representation" }],
    ["return=all, return=minimal", { return: "minimal" }],
    ['x="return=minimal, y", wait=1', { wait: 1 }],
    ["return", {}],
    ["return=", {}],
    ["return=minimally", {}],
    ["return=minimal representation", {}],
    ["returns=minimal", {}],
    ["wait=5; return=minimal", { wait: 5 }],
    ["handling=strict", {}],
  ];
  for (const [header, preferences] of returns) deepEqual(preferencesOf(header, 60), preferences, header);
});

Deno.test("a long hostile Prefer header is read in linear time", () => {
  for (const part of ['"', "\\", '"\\', "wait=", "wait ", "return=", "return ", ";", " ", "a,", 'return="minimal']) {
    deepEqual(preferencesOf(part.repeat(100_000), 60), {});
  }
});
