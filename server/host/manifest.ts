/**
 * A plugin's manifest: `plugin.json` (api, section 6).
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { spaced } from "../core/contract/text.ts";
import { z } from "zod";
import { SDK_VERSION } from "../wire/mod.ts";
import { faultsOf } from "./file_faults.ts";
import { BUILT_IN_PLUGINS, permissionLists, PLUGIN_NAME } from "./plugin_config.ts";
import { PluginRefusal, SINCE_START } from "./refusal.ts";

const FILE = "plugin.json";
const LARGEST_BYTES = 65_536;

const manifest = z.strictObject({
  manifest: z.literal(1),
  name: z.string().regex(PLUGIN_NAME, "must be 1 to 64 of A-Z a-z 0-9 . _ ~ - and begin with a letter or digit"),
  version: z.string().regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, "must be a version such as 1.0.0").max(128),
  switchroom: z.string().regex(/^\^\d{1,4}\.\d{1,4}(?:\.\d{1,4})?$/, "must be a range such as ^1.0").refine(isInRange, {
    error: `must include the version of this server's plugin SDK, ${SDK_VERSION}, which is not the server's own`,
  }),
  entry: z.string().regex(/^\.\/[^\\\0]+$/, "must be a path that begins with ./").max(1_024),
  description: z.string().max(1_024).transform(spaced).default(""),
  permissions: permissionLists.prefault({}),
  config: z.record(z.string(), z.unknown()).default({}),
});

/** What a plugin says of itself. */
export type Manifest = z.infer<typeof manifest>;

/**
 * Reads the manifest of the plugin in a folder.
 *
 * @throws {PluginRefusal} If it cannot be read or is not one.
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = `${folder}/${FILE}`;
  const refuse = (why: string, cause?: unknown) =>
    new PluginRefusal(`Cannot use the plugin's ${path}: ${why}`, { cause });
  let text: string;
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw refuse("it is not a file");
    if (size > LARGEST_BYTES) throw refuse(`it has ${size} bytes, and at most ${LARGEST_BYTES} are read`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof PluginRefusal) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw refuse(
        `there is none; a plugin is a folder with a ${FILE}, and those that come with Switchroom are ${
          BUILT_IN_PLUGINS.join(" and ")
        }`,
        error,
      );
    }
    throw refuse(error instanceof Deno.errors.NotCapable ? SINCE_START : wordsOf(error), error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is not JSON (${wordsOf(error)})`, error);
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success) throw refuse(faultsOf(parsed.error, { schema: manifest, value: json }), parsed.error);
  return parsed.data;
}

/** Whether this SDK is in a caret range: the same major version, and no older. */
function isInRange(range: string): boolean {
  const [major = 0, minor = 0, patch = 0] = range.slice(1).split(".").map(Number);
  const [ourMajor = 0, ourMinor = 0, ourPatch = 0] = SDK_VERSION.split(".").map(Number);
  return major === ourMajor && (minor < ourMinor || minor === ourMinor && patch <= ourPatch);
}
