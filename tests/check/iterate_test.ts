import { deepEqual } from "node:assert/strict";
import plugin from "./iterate.ts";

/** How often the rule finds fault with a source. */
function found(source: string): number {
  return Deno.lint.runPlugin(plugin, "some.ts", source).length;
}

Deno.test("the linter refuses to read SQLite row by row, where an error would look like the end", () => {
  deepEqual(
    [
      "for (const row of database.prepare(sql).iterate()) use(row);",
      "statement?.iterate(1);",
      'statement["iterate"]();',
      "const rows = statement.all();",
      "const made = { iterate: (parameters) => prepared.all(...parameters).values() };",
    ].map(found),
    [1, 1, 1, 0, 0],
  );
});
