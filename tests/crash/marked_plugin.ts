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
  /**
   * What stands on the command line of each of its processes, and not on the server's, which names the folder too: the
   * folder's name as it is in the URL of its entry within an import map.
   */
  readonly mark: string;
}

/** Copies a plugin's folder into another folder, under a name of its own. */
export async function markedPlugin(plugin: URL, folder: string): Promise<MarkedPlugin> {
  const name = crypto.randomUUID();
  const source = `${folder}/${name}`;
  const mark = `${name}%2F`;
  await Deno.mkdir(source);
  for await (const { name: file } of Deno.readDir(plugin)) {
    await Deno.copyFile(new URL(file, plugin), `${source}/${file}`);
  }
  return { source, mark, [Symbol.asyncDispose]: () => endAll(mark) };
}
