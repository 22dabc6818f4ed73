import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { SlotMap } from "../../server/core/mod.ts";

Deno.test("a slot map is as a map of numbers, in the same order, whatever comes and goes", () => {
  const change = fc.record({ number: fc.nat(9), value: fc.option(fc.string(), { nil: undefined }) });
  fc.assert(fc.property(fc.array(change), (changes) => {
    const slots = new SlotMap<string>();
    const map = new Map<number, string>();
    for (const { number, value } of changes) {
      equal(slots.has(number), map.has(number));
      if (value === undefined) equal(slots.delete(number), map.delete(number));
      else {
        slots.set(number, value);
        map.set(number, value);
      }
      equal(slots.get(number), map.get(number));
      equal(slots.size, map.size);
      deepEqual([...slots.numbers()], [...map.keys()]);
      deepEqual([...slots.values()], [...map.values()]);
    }
  }));
});

Deno.test("what is deleted while a slot map is gone through is passed over", () => {
  const slots = new SlotMap<number>();
  for (let number = 0; number < 4; number++) slots.set(number, number);
  const seen: number[] = [];
  for (const value of slots.values()) {
    seen.push(value);
    slots.delete(value + 1);
  }
  deepEqual(seen, [0, 2]);
});

const COMES_AND_GOES = `
import { SlotMap } from ${JSON.stringify(import.meta.resolve("../../server/core/mod.ts"))};
const map = Deno.args[0] === "slots" ? new SlotMap() : new Map();
let number = 0;
const turn = (count) => {
  for (const end = number + count; number < end; number++) {
    map.set(number, new Array(64).fill(number));
    map.delete(number - 64);
  }
};
turn(1_000);
gc();
gc();
const before = Deno.memoryUsage().heapUsed;
turn(50_000);
gc({ type: "minor" });
console.log(Deno.memoryUsage().heapUsed - before);
`;

/** Bytes of heap that 50,000 arrays of half a kilobyte leave behind when they went through a map that is old. */
async function left(what: "slots" | "map"): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--v8-flags=--expose-gc", "-", what],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await new Blob([COMES_AND_GOES]).stream().pipeTo(child.stdin);
  const { stdout } = await child.output();
  return Number(new TextDecoder().decode(stdout));
}

Deno.test("what went through a slot map is collected at once, which what went through a map is not", async () => {
  const [slots, map] = await Promise.all([left("slots"), left("map")]);
  ok(slots * 3 < map, `${slots} bytes are left, and ${map} by a map`);
});
