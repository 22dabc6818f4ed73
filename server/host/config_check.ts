/**
 * The check of a plugin's configuration against the JSON Schema of its manifest.
 *
 * @module
 */
import { wordsOf } from "../core/contract/errors.ts";
import { z } from "zod";
import type { Manifest } from "./manifest.ts";
import { PluginRefusal } from "./refusal.ts";

/**
 * Checks what the operator configured; an empty schema allows anything.
 *
 * @throws {PluginRefusal} If it does not fit, or the schema is not one that is understood. No value is told: it may be a secret.
 */
export function checkConfig(schema: Manifest["config"], config: Record<string, unknown>): void {
  let validator: z.ZodType;
  try {
    validator = z.fromJSONSchema(schema);
  } catch (error) {
    const words = wordsOf(error);
    throw new PluginRefusal(
      `Cannot use the plugin's plugin.json: its config is not a JSON Schema that is understood: ${words}`,
      {
        cause: error,
      },
    );
  }
  const parsed = validator.safeParse(config);
  if (parsed.success) return;
  const places = parsed.error.issues.slice(0, 5).map(({ path, message }) =>
    `${["config", ...path].join(".")}: ${message}`
  );
  throw new PluginRefusal(`Cannot start the plugin: its configuration does not fit its manifest: ${places.join("; ")}`);
}
