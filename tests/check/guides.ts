/**
 * What the pages for maintainers name of the code, and whether it is there.
 *
 * @module
 */

/** The folders that a path of this repository begins with. */
const FOLDERS = ["server/", "plugins/", "migrations/", "tests/", "docs/", "findings/"];

const BLOCK = /^([ \t]*)(```+)[^]*?^\1\2[^\n]*$/gm;
const CODE = /`([^`]+)`/g;
/** `file.ts`:`name`, and further names of the same file: `file.ts`:`one` and `two`. */
const NAMED = /`([\w./-]+\.ts)`:((?:(?:,|\s+and)?\s*`\w+`)+)/g;
/** A name beside a link to its file: [core/close.ts](../server/core/close.ts) `leave`, or `leave` in that link. */
const BESIDE = [
  /\[[^\]]+\]\(\.\.\/(?<file>[\w./-]+\.ts)\)\s+`(?<name>#?\w+)`/g,
  /`(?<name>#?\w+)`\s+in\s+\[[^\]]+\]\(\.\.\/(?<file>[\w./-]+\.ts)\)/g,
];

/** A name that a page gives to something of a file. */
export interface Named {
  file: string;
  name: string;
}

/** The paths of this repository that a page names in code; those with a placeholder in capitals name none. */
export function pathsOf(page: string): string[] {
  const all = [...prose(page).matchAll(CODE)].map(([, code = ""]) => code);
  return [
    ...new Set(all.filter((code) => FOLDERS.some((folder) => code.startsWith(folder)) && !/\s|[A-Z]{4}/.test(code))),
  ];
}

/** What a page says that a file exports. */
export function exportsOf(page: string): Named[] {
  return [...prose(page).matchAll(NAMED)].flatMap(([, file = "", names = ""]) =>
    [...names.matchAll(CODE)].map(([, name = ""]) => ({ file, name }))
  );
}

/** What a page says that a linked file has, exported or not. */
export function mentionsOf(page: string): Named[] {
  return BESIDE.flatMap((pattern) =>
    [...prose(page).matchAll(pattern)].map(({ groups: { file = "", name = "" } = {} }) => ({ file, name }))
  );
}

/** Whether a module exports a name, its own or another's. */
export function isExported(name: string, module: string): boolean {
  const declared = new RegExp(`^export (?:async )?(?:function\\*?|const|class|interface|type) ${name}\\b`, "m");
  const listed = new RegExp(`^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\}`, "m");
  return declared.test(module) || listed.test(module);
}

/** The paragraphs, items and rows of a page that have more words than that, each with its number of words. */
export function longParagraphs(page: string, most: number): { words: number; begins: string }[] {
  const parts = prose(page).split(/\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) )/);
  return parts.map((part) => part.trim()).map((part) => ({
    words: part.split(/\s+/).length,
    begins: part.slice(0, 60),
  })).filter(({ words }) => words > most);
}

/** A page without its blocks of code. */
function prose(page: string): string {
  return page.replaceAll(BLOCK, "");
}
