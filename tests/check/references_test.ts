import { deepEqual, equal } from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkReferences, lawOf } from "./references.ts";

const ROOT = new URL("../../", import.meta.url);

/** Makes a tree of these files for as long as it is used. */
async function withTree<Result>(files: Record<string, string>, use: (folder: string) => Promise<Result>) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function check(files: Record<string, string>): Promise<string[]> {
  return withTree(files, (folder) => checkReferences(pathToFileURL(`${folder}/`)));
}

/** A title that names what is handed in: written out, it would be a reference of this file itself. */
const titled = (...rules: string[]) => `Deno.test("${rules.join(" ")} holds", () => {});\n`;
const rule = (number: number) => `R${number}`;
const reading = (number: number) => `Q${number}`;
const invariant = (number: number | string) => `invariant ${number}`;

const TABLE = [
  `| ${invariant(1)} | close_test.ts |`,
  "| phoneGetID | by_construction.md |",
  `| ${reading(1)} | by_construction.md |`,
  `| ${rule(1)} | close_test.ts |`,
].join("\n");

const REASONS = [
  "| phoneGetID | Waits for what there is not | `server/core/close.ts` |",
  `| ${reading(1)} | Overruled by the interfaces | \`server/core/close.ts\` |`,
].join("\n");

/** A tree in which everything leads somewhere, with something of every kind that is allowed. */
const GOOD: Record<string, string> = {
  "docs/contract.md": `# The contract\n\n## 3. Rules\n\n1. <a id="s3-1"></a>One.\n\n### 3.1 Times\n\n` +
    `- <a id="r1"></a>**${rule(1)}** Closing.\n- <a id="q1"></a>**${reading(1)}** Replies.\n`,
  "docs/architecture.md": `## 2. Rooms\n\n1. <a id="invariant-1"></a>On disk.\n`,
  "docs/api.md":
    `# Interfaces\n\n## 1. Starting it\n\n## 5. Records, \`wait\` and _more_\n\n### A word\n\n### A word\n`,
  "docs/notes.md":
    "[a](api.md#5-records-wait-and-_more_) [b](#here) [c](../server/core) [c](..) [d](https://example.org/x.md)\n" +
    "[e](api.md#a-word-1) [f][g] `[none](none.md)`\n\n[g]: contract.md#r1\n\n## Here\n\n```sh\n# [no](nothing.md)\n```\n",
  "server/core/close.ts":
    `/** Closes (${rule(1)}, contract 3.1, api.md,\n * section 5; contract 3.1, architecture.md section 2). */\n` +
    `// See docs/api.md, and RFC 3261; no rule: aR9, R2D2, ER7.\nexport {};\n`,
  "tests/conformance/close_test.ts": titled(rule(1), invariant(1)),
  "tests/conformance/README.md": TABLE,
  "tests/conformance/by_construction.md": REASONS,
};

Deno.test("what code, tests and documents of this repository refer to is there, and every rule has a test or a reason", async () => {
  deepEqual(await checkReferences(ROOT), []);
});

Deno.test("the documents have rules and readings without a gap, ten invariants, and the sections that are promised", async () => {
  const names = ["contract", "architecture", "api"];
  const texts = new Map(
    await Promise.all(
      names.map(async (name) =>
        [`docs/${name}.md`, await Deno.readTextFile(new URL(`docs/${name}.md`, ROOT))] as const
      ),
    ),
  );
  const { rules, sections } = lawOf(texts);
  const span = (last: number, name: (number: number) => string) =>
    Array.from({ length: last }, (_, index) => name(index + 1));
  const counted = (letter: string) => [...rules].filter((name) => name.startsWith(letter)).length;
  deepEqual([...rules], [...span(counted("R"), rule), ...span(counted("Q"), reading), ...span(10, invariant)]);
  deepEqual(span(9, String).filter((section) => !sections.get("contract")?.has(section)), []);
  deepEqual(span(6, String).filter((section) => !sections.get("api")?.has(section)), []);
});

Deno.test("a tree in which everything leads somewhere has no violation, whatever looks like a reference", async () => {
  deepEqual(await check(GOOD), []);
});

const PLANTED: [name: string, files: Record<string, string>, says: string[]][] = [
  [
    "a rule that there is not, in a comment",
    { "server/core/open.ts": `\n// It holds (${rule(2)}).\n` },
    [`server/core/open.ts:2 names ${rule(2)}, which docs/contract.md does not have`],
  ],
  [
    "a reading that there is not, in a string of a plugin",
    { "plugins/sip/line.ts": `export const why = "as ${reading(2)} has it";` },
    [`plugins/sip/line.ts:1 names ${reading(2)}, which docs/contract.md does not have`],
  ],
  [
    "an invariant that there is not, in a list of them",
    { "tests/core/open_test.ts": `// ${invariant("s 1, 3 and 4").replace(" s", "s")}\n` },
    ["3", "4"].map((number) =>
      `tests/core/open_test.ts:1 names ${invariant(number)}, which docs/architecture.md does not have`
    ),
  ],
  [
    "a section that there is not, also across the end of a line",
    {
      "migrations/0001.ts": `/**\n * As contract 3.1 and\n * 3.2 say.\n */\n`,
      "docs/more.md": `See ${"api.md"} section 7.`,
    },
    [
      "docs/more.md:1 names section 7 of docs/api.md, which it does not have",
      "migrations/0001.ts:2 names section 3.2 of docs/contract.md, which it does not have",
    ],
  ],
  [
    "a document that is not there",
    { "server/core/open.ts": "// As docs/format.md says." },
    ["server/core/open.ts:1 names docs/format.md, which is not there"],
  ],
  [
    "a link to a file that is not there, and a picture",
    { "NOTES.md": '\n[it](docs/none.md)\n\n<img src="docs/none.png">\n' },
    [
      "NOTES.md:2 links to docs/none.md, and there is no docs/none.md",
      "NOTES.md:4 links to docs/none.png, and there is no docs/none.png",
    ],
  ],
  [
    "a link to an anchor that is not there, of the same page and of another",
    { "docs/more.md": `[it](#nowhere) [it](api.md#6-more)\n` },
    [
      "docs/more.md:1 links to #nowhere, and docs/more.md has no anchor nowhere",
      "docs/more.md:1 links to api.md#6-more, and docs/api.md has no anchor 6-more",
    ],
  ],
  [
    "a rule without a test and without a reason",
    { "tests/conformance/close_test.ts": titled(invariant(1)) },
    [
      `${
        rule(1)
      } has no test: name one by it in tests/conformance/, or say in tests/conformance/by_construction.md why it has none`,
      `tests/conformance/README.md has a row of ${rule(1)}, which has neither test nor reason`,
    ],
  ],
  [
    "a rule with a test and a reason",
    { "tests/conformance/reply_test.ts": titled(reading(1)) },
    [
      `${reading(1)} has a test and a reason why it has none: take it out of tests/conformance/by_construction.md`,
    ],
  ],
  [
    "a test that names a rule that does not exist",
    { "tests/conformance/close_test.ts": titled(rule(1), invariant(1)) + titled(rule(2)) },
    [
      `tests/conformance/close_test.ts:2 names ${rule(2)}, which docs/contract.md does not have`,
      `close_test.ts names ${rule(2)}, which is no rule`,
      `tests/conformance/README.md should say: | ${rule(2)} | close_test.ts |`,
    ],
  ],
  [
    "a table that names other files than have a test, or in another order",
    { "tests/conformance/reply_test.ts": titled(rule(1)) },
    [`tests/conformance/README.md should say: | ${rule(1)} | close_test.ts, reply_test.ts |`],
  ],
  [
    "a table in another order",
    { "tests/conformance/README.md": TABLE.split("\n").toReversed().join("\n") },
    [
      `tests/conformance/README.md should have its rows in this order: ${invariant(1)},phoneGetID,${reading(1)},${
        rule(1)
      }`,
    ],
  ],
  [
    "a reason that is of no kind, and one that names no file that is there",
    {
      "tests/conformance/by_construction.md": `| phoneGetID | Nobody asked | \`server/core/close.ts\` |\n| ${
        reading(1)
      } | By construction | \`server/x.ts\` |`,
    },
    [
      "tests/conformance/by_construction.md: the reason of phoneGetID must begin with By construction, Waits for or Overruled by",
      `tests/conformance/by_construction.md: the reason of ${reading(1)} names server/x.ts, which is not there`,
    ],
  ],
  [
    "a reason that names no file at all",
    { "tests/conformance/by_construction.md": REASONS.replaceAll(/\| `.*` \|$/gm, "| nowhere |") },
    ["phoneGetID", reading(1)].map((name) =>
      `tests/conformance/by_construction.md: the reason of ${name} must name a file of server/ to look at`
    ),
  ],
];

for (const [name, files, says] of PLANTED) {
  Deno.test(`the checker finds ${name}`, async () => {
    deepEqual(await check({ ...GOOD, ...files }), says);
  });
}

Deno.test("the checker of references run as a program prints each violation and ends with 1", async () => {
  await withTree({ ...GOOD, "NOTES.md": "[it](none.md)" }, async (folder) => {
    const program = fileURLToPath(import.meta.resolve("./references.ts"));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--config", fileURLToPath(new URL("deno.json", ROOT)), "--allow-read", program],
      cwd: folder,
    }).output();
    equal(code, 1);
    equal(new TextDecoder().decode(stderr).includes("NOTES.md:1 links to none.md, and there is no none.md"), true);
  });
});
