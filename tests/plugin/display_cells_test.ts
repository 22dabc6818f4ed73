import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { areKnown, cellsOf, rowsOf, unknownCells, written } from "../../server/plugin/display_cells.ts";

const character = fc.constantFrom("a", " ", "é", "\u{1F514}");

Deno.test("R98, R105: a display that is written again and again holds what a list of code points holds", () => {
  fc.assert(fc.property(
    fc.record({ rows: fc.integer({ min: 1, max: 3 }), columns: fc.integer({ min: 1, max: 5 }) }),
    fc.array(fc.tuple(fc.nat(), fc.array(character, { maxLength: 15 }))),
    ({ rows, columns }, texts) => {
      const size = rows * columns;
      const list = Array<string | undefined>(size).fill(undefined);
      let cells = unknownCells(size);
      for (const [place, characters] of texts) {
        const from = place % size;
        const text = characters.slice(0, size - from);
        list.splice(from, text.length, ...text);
        cells = written(cells, { size, from, text: text.join("") });
      }
      equal([...cells].length, size);
      equal(areKnown(cells), !list.includes(undefined));
      if (!areKnown(cells)) return;
      const made = rowsOf(cells, { rows, columns });
      equal(made.join(""), list.join(""));
      deepEqual(made.map((row) => [...row].length), Array(rows).fill(columns));
      equal(cellsOf(made), cells);
    },
  ));
});
