/**
 * Whether the server lives and can work, as it is answered.
 *
 * @module
 */
import type { Health } from "../health.ts";
import { PLUGIN_STATES } from "../managed_plugin.ts";
import { about, exactly, flag, list, object, oneOf, optional, type Shape, text } from "../shape.ts";
import { Count, Time } from "./names.ts";

/** That it lives. */
export const Alive: Shape<{ status: "ok" }> = about(object({ status: oneOf(["ok"]) }), { name: "Alive" });

/** Whether it can work. */
export const Readiness: Shape<Health> = about(
  exactly<Health>()(object({
    ready: about(flag, { description: "Whether applications can work now." }),
    durability: about(text, {
      description: "What a power cut may cost: `full`, or `normal` as the operator chose.",
    }),
    reasons: about(list(text), { description: "What is missing or degraded, in words." }),
    chain: optional(about(
      object({
        state: oneOf(["unchecked", "whole", "broken"]),
        checkedAt: optional(about(Time, { description: "When the last check of all of it ended." })),
        block: optional(about(Count, { description: "The last block that it found right." })),
      }),
      { description: "What is known of the history's chain of hashes, which is checked whole in the background." },
    )),
    plugins: about(
      list(object({
        name: text,
        state: oneOf(PLUGIN_STATES),
        reason: optional(text),
        nextTryAt: optional(about(Time, { description: "When it is tried again." })),
      })),
      { description: "Every enabled plugin." },
    ),
  })),
  {
    name: "Readiness",
    examples: [{
      ready: true,
      durability: "full",
      reasons: [],
      chain: { state: "unchecked" },
      plugins: [{ name: "virtual", state: "ready" }],
    }],
  },
);
