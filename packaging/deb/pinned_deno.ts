/**
 * The Deno that a package carries: one version, from npm, whatever Deno makes the package.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { CHECKOUT } from "../checkout.ts";
import { DENO_VERSION } from "../pinned.ts";
import { run } from "../run.ts";

/** For each architecture, by Debian's name: the package of npm, and what its program is known by. */
const PROGRAMS = {
  amd64: {
    name: "@deno/linux-x64-glibc",
    sha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
  },
  arm64: {
    name: "@deno/linux-arm64-glibc",
    sha256: "d08d392418df53f4e6e88a08909c0e1bccbf9adcead7232df72b6ad6075ec416",
  },
} as const;

/** What a package can be made for. */
export type Architecture = keyof typeof PROGRAMS;

/** Everything that a package can be made for. */
export const ARCHITECTURES = Object.keys(PROGRAMS) as readonly Architecture[];

/**
 * The program: this very one if it is the same, else from npm or Deno's cache of it.
 *
 * @throws {Error} If it cannot be had, or is another than the one that was pinned.
 */
export async function pinnedDeno(architecture: Architecture): Promise<Uint8Array> {
  const { name, sha256 } = PROGRAMS[architecture];
  const own = await Deno.readFile(Deno.execPath());
  if (digestOf(own) === sha256) return own;
  const fetched = await Deno.readFile(`${await fetchPackage(`${name}@${DENO_VERSION}`)}/deno`);
  if (digestOf(fetched) === sha256) return fetched;
  throw new Error(
    `Cannot pack ${name} ${DENO_VERSION}: its program has the SHA-256 ${digestOf(fetched)}, not ${sha256}`,
  );
}

/** Fetches a package, and gives the folder that it is in. */
async function fetchPackage(nameAndVersion: string): Promise<string> {
  await run([Deno.execPath(), "cache", "--quiet", "--no-config", `npm:${nameAndVersion}`], { cwd: CHECKOUT });
  const { npmCache } = JSON.parse(await run([Deno.execPath(), "info", "--json", "--no-config"], { cwd: CHECKOUT }));
  const path = nameAndVersion.replace(/@(?=[^@]*$)/, "/");
  for await (const registry of Deno.readDir(npmCache)) {
    const folder = `${npmCache}/${registry.name}/${path}`;
    if (await Deno.stat(folder).then(() => true, () => false)) return folder;
  }
  throw new Error(`Cannot find ${nameAndVersion}, which was fetched, below ${npmCache}`);
}

function digestOf(program: Uint8Array): string {
  return createHash("sha256").update(program).digest("hex");
}
