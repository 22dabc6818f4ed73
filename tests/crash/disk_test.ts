import { deepEqual } from "node:assert/strict";
import { randomFrom } from "../simulation/random.ts";
import { DiskFile } from "./disk.ts";
import type { FileCall } from "./strace.ts";

const write = (began: number, { at, bytes }: { at: number; bytes: ArrayLike<number> }): FileCall => ({
  began,
  ended: began + 1,
  file: "f",
  effect: { write: Uint8Array.from(bytes), at },
});
const sync = (began: number, ended: number): FileCall => ({ began, ended, file: "f", effect: "sync" });

/** What is found of a file that held `1 2` before these calls, if the power fails at a moment. */
function found(calls: FileCall[], { moment, fate }: { moment: number; fate: "dropped" | "zeros" }): number[] {
  const file = new DiskFile(Uint8Array.of(1, 2));
  file.replay(calls, moment);
  return [...file.found(fate, randomFrom(1))];
}

Deno.test("a disk without power keeps what was synced, and nothing else for certain", () => {
  const calls = [
    write(10, { at: 1, bytes: [7, 7] }),
    sync(20, 30),
    write(40, { at: 0, bytes: [9] }),
    write(50, { at: 4, bytes: [9] }),
  ];
  deepEqual(found(calls, { moment: 29, fate: "dropped" }), [1, 2]);
  deepEqual(found(calls, { moment: 29, fate: "zeros" }), [1, 2, 0]);
  deepEqual(found(calls, { moment: 30, fate: "dropped" }), [1, 7, 7]);
  deepEqual(found(calls, { moment: 60, fate: "dropped" }), [1, 7, 7]);
  deepEqual(found(calls, { moment: 60, fate: "zeros" }), [1, 7, 7, 0, 0]);
});

Deno.test("a sync that the end of the process has cut off made nothing certain", () => {
  deepEqual(found([write(10, { at: 0, bytes: [9] }), sync(20, Infinity)], { moment: 100, fate: "dropped" }), [1, 2]);
});

Deno.test("a file that was cut back and synced is short", () => {
  deepEqual(found([{ ...sync(10, 11), effect: { truncate: 1 } }, sync(20, 21)], { moment: 30, fate: "dropped" }), [1]);
});

Deno.test("each sector that was not synced is there whole or not at all", () => {
  const file = new DiskFile(new Uint8Array(64 * 512));
  file.replay([write(10, { at: 0, bytes: new Uint8Array(64 * 512).fill(9) })], 20);
  const bytes = file.found("torn", randomFrom(1));
  const sectors = new Set(Array.from({ length: 64 }, (_, sector) => {
    return [...new Set(bytes.subarray(sector * 512, (sector + 1) * 512))].join();
  }));
  deepEqual([...sectors].sort(), ["0", "9"]);
});
