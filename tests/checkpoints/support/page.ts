/**
 * The commands of docs/history-format.md, as they stand there.
 *
 * @module
 */
import { skipLoudly } from "../../faults/temporary.ts";

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

/** Runs the commands that have these words in them in a folder, on what its `checkpoints.jsonl` is to hold; what they print. */
export async function checkOnPage(
  words: string,
  { checkpoints, folder }: { checkpoints: readonly unknown[]; folder: string },
): Promise<{ code: number; said: string }> {
  const script = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text).find((text) =>
    text.includes(words)
  );
  const lines = checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`);
  await Deno.writeTextFile(`${folder}/checkpoints.jsonl`, lines.join(""));
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", script ?? "exit 1"], cwd: folder })
    .output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
