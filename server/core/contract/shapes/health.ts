/**
 * Whether the server lives and can work, as it is answered.
 *
 * @module
 */
import type { Health } from "../health.ts";
import { PLUGIN_STATES } from "../managed_plugin.ts";
import { about, exactly, flag, list, object, oneOf, optional, type Shape, text } from "../shape.ts";
import { Time } from "./names.ts";

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
    examples: [{ ready: true, durability: "full", reasons: [], plugins: [{ name: "virtual", state: "ready" }] }],
  },
);
