/**
 * The plugin that the benchmark runs with, and its phone.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Its folder. */
export const PLUGIN_FOLDER = fileURLToPath(new URL("plugin", import.meta.url));

/** The id of its only phone, without the plugin's name. */
export const PHONE = "phone";
