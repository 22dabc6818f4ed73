/**
 * `deno task pack`: makes the packages of this commit.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { CHECKOUT } from "./checkout.ts";
import { packDeb } from "./deb/deb.ts";
import { ARCHITECTURES } from "./deb/pinned_deno.ts";
import { packNpm } from "./npm.ts";
import { DENO_VERSION } from "./pinned.ts";
import { run } from "./run.ts";
import { stage } from "./stage.ts";

const HELP = `deno task pack [--out FOLDER] [--deb]

Makes the npm package, switchroom-VERSION.tgz, in FOLDER, or where you are; with --deb also the Debian packages,
switchroom_VERSION_ARCHITECTURE.deb, for ${ARCHITECTURES.join(" and ")}.
`;

async function main(): Promise<void> {
  const { values: { out, deb, help } } = parseArgs({
    options: { out: { type: "string" }, deb: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (help) return console.log(HELP.trimEnd());
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(`Cannot pack with Deno ${Deno.version.deno}: it goes along, and what is tested is ${DENO_VERSION}`);
  }
  const changed = await run(["git", "status", "--porcelain", "--untracked-files=no"], { cwd: CHECKOUT });
  if (changed !== "") {
    console.error("pack: what is packed is not that of a commit: there are changes that are none yet");
  }
  // A task begins in the folder of deno.json.
  const folder = resolve(Deno.env.get("INIT_CWD") ?? ".", out ?? ".");
  await Deno.mkdir(folder, { recursive: true }).catch((cause) => {
    throw new Error(`Cannot pack into ${folder}: it is no folder, and none can be made`, { cause });
  });
  const into = pathToFileURL(`${folder}/`);
  const temporary = await Deno.makeTempDir({ prefix: "switchroom-pack-" });
  try {
    const staged = await stage(pathToFileURL(`${temporary}/`));
    await tell(await packNpm(staged, into));
    if (!deb) return;
    const files = await Promise.all(ARCHITECTURES.map((architecture) => packDeb(staged, { into, architecture })));
    for (const file of files) await tell(file);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Says what was made, in the words of `sha256sum`. */
async function tell(file: URL): Promise<void> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  console.log(`${new Uint8Array(digest).toHex()}  ${fileURLToPath(file)}`);
}

try {
  await main();
} catch (error) {
  console.error(`pack: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
