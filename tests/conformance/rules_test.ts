import { deepEqual, equal, ok } from "node:assert/strict";

const FOLDER = new URL("./", import.meta.url);
const NAME = /Deno\.test\(\s*["'`]([^]*?)["'`],/g;
const RULE = /\bR\d+\b|\binvariants? [\d and,]+/g;

/** The rules for the server and the application surface that are in force. */
const IN_SCOPE = [
  ...span("R", 1, 10),
  "R14",
  ...span("R", 20, 26),
  "R29",
  ...span("R", 32, 40),
  "R43",
  ...span("R", 46, 53),
  ...span("R", 59, 63),
  ...span("R", 65, 79),
  ...span("R", 81, 84),
  "R86",
  "R87",
  ...span("R", 91, 94),
  "R100",
  ...span("invariant ", 1, 7),
  "invariant 9",
];

Deno.test("the README's table names for each rule exactly the files that have a test of it", async () => {
  const found = new Map<string, Set<string>>();
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith("_test.ts") || name === "rules_test.ts") continue;
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    for (const [, title = ""] of text.matchAll(NAME)) {
      for (const rule of rulesOf(title)) found.set(rule, (found.get(rule) ?? new Set()).add(name));
    }
  }
  const constructed = await table("by_construction.md");
  for (const rule of constructed.keys()) found.set(rule, new Set(["by_construction.md"]));
  const expected = [...found].map(([rule, files]) => `| ${rule} | ${[...files].sort().join(", ")} |`).sort(natural);
  const lines = [...await table("README.md")].map(([rule, where]) => `| ${rule} | ${where} |`);
  deepEqual(lines, expected, `The table should be\n${expected.join("\n")}`);
});

Deno.test("every rule in force has a test or a reason", async () => {
  const told = await table("README.md");
  deepEqual(IN_SCOPE.filter((rule) => !told.has(rule)), []);
});

Deno.test("a reason says where to look, in files that are there", async () => {
  for (const [rule, why] of await table("by_construction.md")) {
    const files = [...why.matchAll(/`(server\/[\w/]+\.ts)`/g)].map(([, file]) => file!);
    ok(files.length > 0, rule);
    for (const file of files) equal((await Deno.stat(new URL(`../../${file}`, FOLDER))).isFile, true);
  }
});

/** The rules that a test's name begins with or names. */
function rulesOf(title: string): string[] {
  return [...title.matchAll(RULE)].flatMap(([rule]) =>
    rule.startsWith("R") ? [rule] : [...rule.matchAll(/\d+/g)].map(([number]) => `invariant ${number}`)
  );
}

/** The rows of a table of rules: the rule, and the rest of its row. */
async function table(file: string): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL(file, FOLDER));
  return new Map(
    [...text.matchAll(/^\| *(R\d+|invariant \d+) *\| *(.*?) *\|$/gm)].map(([, rule, rest]) => [rule!, rest!]),
  );
}

function natural(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function span(prefix: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`);
}
