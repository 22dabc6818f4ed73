import { deepEqual, equal, ok } from "node:assert/strict";

const FOLDER = new URL("./", import.meta.url);
const NAME = /Deno\.test\(\s*["'`]([^]*?)["'`],/g;
const RULE = /\b[RQ]\d+\b|\binvariants? [\d and,]+/g;
/** A row of a table of rules: the rule, and the rest of its row. */
const ROW = /^\| *([RQ]\d+|invariant \d+|phoneGetID) *\| *(.*?) *\|$/gm;

/** Every rule and every reading of the contract, every invariant, and the one function that has no rule. */
const RULES = [...span("invariant ", 10), "phoneGetID", ...span("Q", 40), ...span("R", 100)];

Deno.test("a test names no rule that does not exist", async () => {
  const named = [...(await testedRules()).keys()];
  deepEqual(named.filter((rule) => !RULES.includes(rule)), []);
});

Deno.test("every rule has a test or a reason why it has none, and none has both", async () => {
  const [tested, untested] = [[...(await testedRules()).keys()], [...(await table("by_construction.md")).keys()]];
  deepEqual([...tested, ...untested].sort(natural), RULES.toSorted(natural));
});

Deno.test("the README's table names for each rule exactly the files that have a test of it", async () => {
  const found = await testedRules();
  for (const rule of (await table("by_construction.md")).keys()) found.set(rule, new Set(["by_construction.md"]));
  const expected = [...found].map(([rule, files]) => `| ${rule} | ${[...files].sort().join(", ")} |`).sort(natural);
  const lines = [...await table("README.md")].map(([rule, where]) => `| ${rule} | ${where} |`);
  deepEqual(lines, expected, `The table should be\n${expected.join("\n")}`);
});

Deno.test("a reason is one of three kinds, and says where to look, in files that are there", async () => {
  for (const [rule, why] of await table("by_construction.md")) {
    ok(/^(By construction|Waits for|Overruled by)\b/.test(why), rule);
    const files = [...why.matchAll(/`(server\/[\w/]+\.ts)`/g)].map(([, file]) => file!);
    ok(files.length > 0, rule);
    for (const file of files) equal((await Deno.stat(new URL(`../../${file}`, FOLDER))).isFile, true);
  }
});

/** The rules that tests of this folder are named by, and the files that these stand in. */
async function testedRules(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith("_test.ts") || name === "rules_test.ts") continue;
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    for (const [, title = ""] of text.matchAll(NAME)) {
      for (const rule of rulesOf(title)) found.set(rule, (found.get(rule) ?? new Set()).add(name));
    }
  }
  return found;
}

/** The rules that a test's name begins with or names. */
function rulesOf(title: string): string[] {
  return [...title.matchAll(RULE)].flatMap(([rule]) =>
    /^[RQ]/.test(rule) ? [rule] : [...rule.matchAll(/\d+/g)].map(([number]) => `invariant ${number}`)
  );
}

async function table(file: string): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL(file, FOLDER));
  return new Map([...text.matchAll(ROW)].map(([, rule, rest]) => [rule!, rest!]));
}

function natural(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function span(prefix: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${prefix}${index + 1}`);
}
