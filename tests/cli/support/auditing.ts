/**
 * What the tests of an auditor's commands share.
 *
 * @module
 */
import { cliCommand } from "./cli.ts";

/** What lies in a folder, to the byte and the moment. */
export async function lookOf(folder: string): Promise<unknown[]> {
  const look = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    look.push([name, mtime, isFile ? (await Deno.readFile(`${folder}/${name}`)).toHex() : ""]);
  }
  return look.sort();
}

/** Whether there is a Python, which makes a terminal. */
export async function hasPython(): Promise<boolean> {
  const run = new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" });
  return await run.output().then(({ success }) => success, () => false);
}

/** What a command shows on a terminal. */
export async function onTerminal(args: readonly string[]): Promise<string> {
  const program = "import pty, sys; pty.spawn(sys.argv[1:])";
  const run = new Deno.Command("python3", { args: ["-c", program, ...cliCommand(args)], stdin: "null" });
  return new TextDecoder().decode((await run.output()).stdout);
}
