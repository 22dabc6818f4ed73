/** How much memory is resident for a process, and for its children together, in bytes; as `ps` says. */
export async function residentBytes(pid: number): Promise<{ own: number; children: number }> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,rss="] }).output();
  let own = 0;
  let children = 0;
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    const [id, parent, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
    if (id === pid) own = kilobytes * 1_024;
    else if (parent === pid) children += kilobytes * 1_024;
  }
  return { own, children };
}
