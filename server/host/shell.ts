/**
 * Asks the system what Deno tells only to a program that may do everything.
 *
 * @param script For `sh`; its arguments are `$1`, `$2` …
 * @returns What it prints: its lines without white space around them, none that is empty.
 */
export async function askShell(script: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", ...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
