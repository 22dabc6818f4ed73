/**
 * What the documents of a package link to, and is not in it.
 *
 * @module
 */
import { readdir } from "node:fs/promises";

/** `[words](target)`; the target is one of this tree. */
const LINK = /\[((?:[^[\]]|\[[^[\]]*\])+)\]\((?![a-z]+:|#)([^()\s]+)\)/g;

/**
 * Takes the links that lead nowhere out of the Markdown files of a folder. Their words stay.
 *
 * @param folder With a slash at its end.
 */
export async function dropDeadLinks(folder: URL): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((name) => name.endsWith(".md"))) {
    const page = new URL(name, folder);
    const text = await Deno.readTextFile(page);
    const dead = text.matchAll(LINK).filter(([, , target = ""]) => !leads(target, page));
    const kept = dead.reduce((left, [link, words = ""]) => left.replaceAll(link, () => words), text);
    if (kept !== text) await Deno.writeTextFile(page, kept);
  }
}

function leads(target: string, page: URL): boolean {
  try {
    Deno.statSync(new URL(target.replace(/#.*$/, ""), page));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
