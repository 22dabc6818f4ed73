/**
 * Holds what code, tests and documents refer to: every rule, reading, invariant and section that they name is an anchor
 * in `docs/`, every rule has a test or a reason why it has none, and every relative link of a Markdown file leads
 * somewhere. Tells each one that does not, and ends with 1 if there was one.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import { anchorsOf, headingsOf, lineOf, linksOf } from "./markdown.ts";
import { checkRules, type Texts } from "./rules.ts";

const CONTRACT = "docs/contract.md";
const ARCHITECTURE = "docs/architecture.md";
/** The documents that are cited by section, under the names that they are cited by. */
const CITED: Readonly<Record<string, string>> = { contract: CONTRACT, architecture: ARCHITECTURE, api: "docs/api.md" };

/** Where the law is cited, besides Markdown. */
const SOURCES = ["server/", "plugins/", "migrations/", "tests/"];
/** Not of the repository. */
const PASSED_OVER = [".git", "node_modules"];

const LIST = /\d+(?:\.\d+)?(?:(?: +(?:and|or|to) +|, +|-)\d+(?:\.\d+)?)*/.source;
const NUMBER = /\d+(?:\.\d+)?/g;
const RULE = /(?<![\w.])[RQ]\d{1,3}(?!\w)/g;
const INVARIANT = new RegExp(`\\b[Ii]nvariants? +(${LIST})`, "g");
const SECTION = new RegExp(`\\b([Cc]ontract|architecture|api)(?:\\.md)?(?:'s)?,? +(?:sections? +)?(${LIST})`, "g");
const DOCUMENT = /\bdocs\/[\w./-]+\.(?:md|json)\b/g;
/** The end of a line with what begins the next one of a comment: a citation may go across. */
const LINE_END = /\n[ \t]*(?:\*(?!\/)|\/\/|>)?[ \t]*(?!\s)/g;

/** What can be referred to. */
interface Law {
  /** `R1`, `Q1`, `invariant 1`, in this order. */
  rules: ReadonlySet<string>;
  /** The numbers of the sections of each cited document. */
  sections: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A tree as it is checked. */
interface Tree {
  /** Its Markdown, and the TypeScript that may cite the law. */
  texts: Texts;
  /** Every file and folder. */
  paths: ReadonlySet<string>;
}

/**
 * Checks a tree with the folders of this repository.
 *
 * @param root The tree's folder, with a slash at its end.
 * @returns Each violation in words.
 */
export async function checkReferences(root: URL): Promise<string[]> {
  const tree = await read(root);
  const law = lawOf(tree.texts);
  return [...tree.texts].flatMap(([path, text]) => [
    ...citations(text, law).map(({ line, says }) => `${path}:${line} ${says}`),
    ...(path.endsWith(".md") ? brokenLinks : missingDocuments)(path, { text, tree }),
  ]).concat(checkRules(tree.texts, [...law.rules]));
}

/** What the documents of this tree define. */
export function lawOf(texts: Texts): Law {
  const contract = anchorsOf(texts.get(CONTRACT) ?? "");
  const numbers = (letter: string) => [...contract].filter((anchor) => new RegExp(`^${letter}\\d+$`).test(anchor));
  const invariants = [...anchorsOf(texts.get(ARCHITECTURE) ?? "")].flatMap((anchor) =>
    /^invariant-(\d+)(?![^-])/.exec(anchor)?.[1] ?? []
  );
  return {
    rules: new Set([
      ...numbers("r").map((anchor) => anchor.toUpperCase()),
      ...numbers("q").map((anchor) => anchor.toUpperCase()),
      ...invariants.map((number) => `invariant ${number}`),
    ]),
    sections: new Map(Object.entries(CITED).map(([name, path]) => [name, sectionsOf(texts.get(path) ?? "")])),
  };
}

/** The numbers of a document's sections; a list's item counts if it is an anchor `s3-16`. */
function sectionsOf(page: string): Set<string> {
  const headings = headingsOf(page).filter(({ level }) => level === 2 || level === 3);
  return new Set([
    ...headings.flatMap(({ title }) => /^(\d+(?:\.\d+)?)[. ]/.exec(title)?.[1] ?? []),
    ...[...anchorsOf(page)].flatMap((anchor) => /^s(\d+-\d+)$/.exec(anchor)?.[1]?.replace("-", ".") ?? []),
  ]);
}

/** Everything that a text names of the law and that is not in it. */
function citations(text: string, { rules, sections }: Law): { line: number; says: string }[] {
  const joined = text.replaceAll(LINE_END, (end) => " ".repeat(end.length));
  const broken = (index: number, says: string) => ({ line: lineOf(text, index), says });
  return [
    ...[...joined.matchAll(RULE)].filter(([rule]) => !rules.has(rule)).map(({ 0: rule, index }) =>
      broken(index, `names ${rule}, which ${CONTRACT} does not have`)
    ),
    ...[...joined.matchAll(INVARIANT)].flatMap(({ 1: list = "", index }) =>
      numbersOf(list).filter((number) => !rules.has(`invariant ${number}`)).map((number) =>
        broken(index, `names invariant ${number}, which ${ARCHITECTURE} does not have`)
      )
    ),
    ...[...joined.matchAll(SECTION)].flatMap(({ 1: name = "", 2: list = "", index }) => {
      const document = name.toLowerCase();
      return numbersOf(list).filter((number) => !sections.get(document)?.has(number)).map((number) =>
        broken(index, `names section ${number} of ${CITED[document]}, which it does not have`)
      );
    }),
  ];
}

function numbersOf(list: string): string[] {
  return [...list.matchAll(NUMBER)].map(([number]) => number);
}

/**
 * The documents that a module names by their paths and that are not there; a test that reads one finds out by itself.
 */
function missingDocuments(path: string, { text, tree }: { text: string; tree: Tree }): string[] {
  if (path.startsWith("tests/")) return [];
  return [...text.matchAll(DOCUMENT)].filter(([document]) => !tree.paths.has(document)).map(({ 0: document, index }) =>
    `${path}:${lineOf(text, index)} names ${document}, which is not there`
  );
}

/** The relative links of a page that lead nowhere, or to an anchor that is not there. */
function brokenLinks(path: string, { text, tree }: { text: string; tree: Tree }): string[] {
  return linksOf(text).flatMap(({ target, line }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [file = "", anchor] = target.split("#").map(decodeURIComponent);
    const to = file === "" ? path : posix.join(posix.dirname(path), file).replace(/\/$/, "");
    if (!tree.paths.has(to)) return [`${path}:${line} links to ${target}, and there is no ${to}`];
    if (anchor === undefined || anchorsOf(tree.texts.get(to) ?? "").has(anchor)) return [];
    return [`${path}:${line} links to ${target}, and ${to} has no anchor ${anchor}`];
  });
}

async function read(root: URL): Promise<Tree> {
  const paths = new Set(["./."]);
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(new URL(folder, root), { withFileTypes: true });
    await Promise.all(
      entries.filter(({ name }) => !PASSED_OVER.includes(name)).map(async (entry) => {
        paths.add(`${folder}${entry.name}`);
        if (entry.isDirectory()) await walk(`${folder}${entry.name}/`);
      }),
    );
  };
  await walk("./");
  const clean = [...paths].map((path) => path.slice("./".length)).sort();
  const cited = clean.filter((path) =>
    path.endsWith(".md") || path.endsWith(".ts") && SOURCES.some((folder) => path.startsWith(folder))
  );
  const texts = await Promise.all(
    cited.map(async (path) => [path, await readFile(new URL(path, root), "utf8")] as const),
  );
  return { texts: new Map(texts), paths: new Set(clean) };
}

if (import.meta.main) {
  const violations = await checkReferences(pathToFileURL(`${Deno.cwd()}/`));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) Deno.exit(1);
}
