import { deepEqual, equal } from "node:assert/strict";
import { Display } from "../../../../plugins/sip/phone/display.ts";

const SIZE = { rows: 2, columns: 5 };

Deno.test("Q14: text runs on into the next row, cells not written keep what they hold, a cell is a code point", () => {
  const display = new Display(SIZE).write({ row: 0, column: 3, text: "abcd" }).write({ row: 1, column: 4, text: "🙂" });
  deepEqual(display.rows, ["   ab", "cd  🙂"]);
});

Deno.test("R98: what goes beyond the last cell is cut", () => {
  deepEqual(new Display(SIZE).write({ row: 1, column: 3, text: "abcdef" }).rows, ["     ", "   ab"]);
});

Deno.test("the message holds the rows without the blanks at their ends", () => {
  const blank = new Display(SIZE);
  equal(blank.write({ row: 0, column: 0, text: "Hi" }).message, "Hi");
  equal(blank.write({ row: 1, column: 1, text: "Hi" }).message, "\r\n Hi");
});

Deno.test("a blank display is one space: some phones refuse a text of nothing", () => {
  const written = new Display(SIZE).write({ row: 0, column: 0, text: "Hi" });
  equal(written.write({ row: 0, column: 0, text: "  " }).message, " ");
});

Deno.test("a display never changes", () => {
  const blank = new Display(SIZE);
  blank.write({ row: 0, column: 0, text: "a" });
  equal(blank.message, " ");
});
