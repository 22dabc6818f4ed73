const DOCS = new URL("../../docs/", import.meta.url);

/** A text as `deno fmt` leaves it. */
export async function formatted(text: string, ext: "json" | "md"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", ext, "-"],
    cwd: DOCS,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error(`Cannot format the ${ext}`);
  return new TextDecoder().decode(stdout);
}

/** Writes pages into `docs/`. */
export async function writePages(pages: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(pages)) await Deno.writeTextFile(new URL(name, DOCS), text);
}
