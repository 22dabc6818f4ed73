/**
 * Markdown as GitHub shows it, as far as links go: what can be linked to, and what is linked.
 *
 * @module
 */

/** A heading, or an anchor that is written out as `<a id="…">`. */
const ANCHOR = /^(#{1,6})[ \t]+(.+)$|<a id="([^"]+)">/gm;
const LINK = /\]\(\s*<?([^\s()<>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]\n]+\]:\s*(\S+)|\b(?:href|src)="([^"]+)"/gm;
const CODE = /^([ \t]*)(```+|~~~+)[^]*?^\1\2[^\n]*$|`[^`\n]+`/gm;

/** A heading of a page. */
export interface Heading {
  /** How many `#` it has. */
  level: number;
  /** Its words, without marks. */
  title: string;
  /** What a link to it names. */
  anchor: string;
}

/** A link of a page. */
export interface Link {
  /** As it is written. */
  target: string;
  line: number;
}

/** The headings of a page, in their order. */
export function headingsOf(page: string): Heading[] {
  const seen = new Map<string, number>();
  return [...withoutBlocks(page).matchAll(ANCHOR)].flatMap(([, marks, words]) => {
    if (marks === undefined || words === undefined) return [];
    const title = words.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "").trim();
    const slug = title.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return [{ level: marks.length, title, anchor: times === 0 ? slug : `${slug}-${times}` }];
  });
}

/** Everything on a page that a link can name behind its `#`. */
export function anchorsOf(page: string): Set<string> {
  const written = [...withoutBlocks(page).matchAll(ANCHOR)].flatMap(([, , , id]) => id === undefined ? [] : [id]);
  return new Set([...headingsOf(page).map(({ anchor }) => anchor), ...written]);
}

/** The links of a page; what stands in code is none. */
export function linksOf(page: string): Link[] {
  const text = page.replaceAll(CODE, (code) => code.replaceAll(/[^\n]/g, " "));
  return [...text.matchAll(LINK)].map(({ 1: inline, 2: reference, 3: element, index }) => ({
    target: inline ?? reference ?? element ?? "",
    line: lineOf(text, index),
  }));
}

/** The number of the line that a place of a text is in. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** A page without its blocks of code, whose comments look like headings. */
function withoutBlocks(page: string): string {
  return page.replaceAll(CODE, (code) => /^\s*(?:```|~~~)/.test(code) ? "" : code);
}
