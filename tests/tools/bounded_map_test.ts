import { deepEqual, equal } from "node:assert/strict";
import { BoundedMap } from "../../server/tools/mod.ts";

Deno.test("a bounded map forgets its oldest entry for one that is new, and none for one that is known", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1).set("b", 2);
  map.set("a", 3);
  deepEqual([...map], [["a", 3], ["b", 2]]);
  map.set("c", 4);
  deepEqual([...map], [["b", 2], ["c", 4]]);
  equal(map.size, 2);
});

Deno.test("an entry that is deleted first becomes the newest", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1).set("b", 2);
  map.delete("a");
  map.set("a", 1).set("c", 3);
  deepEqual([...map.keys()], ["a", "c"]);
});
