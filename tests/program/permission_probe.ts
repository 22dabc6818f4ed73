/**
 * Loaded before the server, in its own process: tries what its own address lists, and tells how
 * each attempt ended.
 *
 * @module
 */

/** What is tried: something of Deno by its name, with these arguments. */
export type Attempt = readonly [what: keyof typeof ATTEMPTS, value: string];

const ATTEMPTS = {
  async connect(address: string) {
    const { hostname, port } = new URL(`tcp://${address}`);
    (await Deno.connect({ hostname, port: Number(port) })).close();
  },
  async fetch(url: string) {
    await (await fetch(url)).body?.cancel();
  },
  listen: (port: string) => Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close(),
  read: (path: string) => void Deno.readDirSync(path),
  write: (path: string) => Deno.writeTextFileSync(path, ""),
  env: (name: string) => void Deno.env.get(name),
  run: async (program: string) => void await new Deno.Command(program, { args: ["-c", ":"] }).output(),
  import: async (url: string) => void await import(url),
  load: (library: string) => Deno.dlopen(library, {}).close(),
  system: () => void Deno.hostname(),
};

/** What the server prints before each outcome. */
export const MARK = "probed ";

/** The flag of Deno that loads this with what is to be tried. */
export function preload(attempts: readonly Attempt[]): string[] {
  return ["--preload", `${import.meta.url}#${encodeURIComponent(JSON.stringify(attempts))}`];
}

const [, encoded] = import.meta.url.split("#");
if (encoded !== undefined) {
  for (const [what, value] of JSON.parse(decodeURIComponent(encoded)) as Attempt[]) {
    let outcome = "granted";
    try {
      await ATTEMPTS[what](value);
    } catch (error) {
      if (error instanceof Error) outcome = error.name;
    }
    console.log(`${MARK}${JSON.stringify([what, value, outcome])}`);
  }
}
