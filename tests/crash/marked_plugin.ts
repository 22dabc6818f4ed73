/**
 * A plugin whose processes can be told from those of all other servers on this machine.
 *
 * @module
 */
import { endAll } from "./processes.ts";

/** A copy of a plugin. The end of its block ends what still runs of it. */
export interface MarkedPlugin extends AsyncDisposable {
  /** The copy's folder. */
  readonly source: string;
  /** A part of the folder's name, which stands on the command line of each of its processes. */
  readonly mark: string;
}

/** Copies a plugin's folder into another folder, under a name of its own. */
export async function markedPlugin(plugin: URL, folder: string): Promise<MarkedPlugin> {
  const mark = crypto.randomUUID();
  const source = `${folder}/${mark}`;
  await Deno.mkdir(source);
  for await (const { name } of Deno.readDir(plugin)) await Deno.copyFile(new URL(name, plugin), `${source}/${name}`);
  return { source, mark, [Symbol.asyncDispose]: () => endAll(mark) };
}
