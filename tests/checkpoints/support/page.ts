/**
 * The commands of docs/history-format.md, as they stand there.
 *
 * @module
 */
import type { Checkpoint } from "../../../server/core/contract/history.ts";
import { skipLoudly, temporaryFolder } from "../../faults/temporary.ts";

/** The section about checkpoints. */
export const PAGE = /\n## Checkpoints\n(.*?)\n## /s.exec(
  Deno.readTextFileSync(new URL("../../../docs/history-format.md", import.meta.url)),
)?.[1] ?? "";

/** Whether these programs are here; says loudly if they are not. */
export async function toolsAre(...programs: string[]): Promise<boolean> {
  for (const program of programs) {
    const isThere = await new Deno.Command(program, { args: ["-h"], stdin: "null", stdout: "null", stderr: "null" })
      .output().then(() => true, () => false);
    if (skipLoudly(isThere ? undefined : `there is no ${program}`, "checkpoints by other programs")) return false;
  }
  return true;
}

/** Runs the commands that have these words in them, on a checkpoint and beside these files; what they print. */
export async function checkOnPage(
  words: string,
  { checkpoint, files }: { checkpoint: Checkpoint; files: Record<string, string> },
): Promise<string> {
  const script = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text).find((text) =>
    text.includes(words)
  );
  using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/checkpoint.json`, JSON.stringify(checkpoint));
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder.path}/${name}`, text);
  const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", script ?? "exit 1"], cwd: folder.path })
    .output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}
