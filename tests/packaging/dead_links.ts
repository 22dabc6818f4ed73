/**
 * What the documents of a package link to, and is not in it.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { linksOf } from "../check/markdown.ts";

/** The links of every document in a folder that lead to no file of it. */
export async function deadLinks(folder: URL): Promise<string[]> {
  const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md"));
  ok(pages.length > 50, `${pages.length} documents`);
  const dead = pages.map(async (page) => {
    const links = linksOf(await Deno.readTextFile(new URL(page, folder)))
      .filter(({ target }) => !/^([a-z]+:|#)/.test(target));
    const there = await Promise.all(links.map(({ target }) => isThere(new URL(target, new URL(page, folder)))));
    return links.filter((_link, index) => !there[index]).map(({ target }) => `${page}: ${target}`);
  });
  return (await Promise.all(dead)).flat();
}

async function isThere({ pathname }: URL): Promise<boolean> {
  return await Deno.stat(decodeURIComponent(pathname)).then(() => true, () => false);
}
