/**
 * Whether the server lives and can work, as it is answered.
 *
 * @module
 */
import { z } from "zod";
import { PLUGIN_STATES } from "../../core/contract/managed_plugin.ts";
import type { Health } from "../ports.ts";
import { schemaOf } from "./agree.ts";

/** That it lives. */
export const Alive = z.object({ status: z.literal("ok") }).meta({ id: "Alive" });

/** Whether it can work. */
export const Readiness = schemaOf<Health>()(
  z.object({
    ready: z.boolean().meta({ description: "Whether applications can work now." }),
    durability: z.string().meta({
      description: "What a power cut may cost: `full`, or `normal` as the operator chose.",
    }),
    reasons: z.array(z.string()).meta({ description: "What is missing or degraded, in words." }),
    plugins: z.array(
      z.object({
        name: z.string(),
        state: z.enum(PLUGIN_STATES),
        reason: z.string().exactOptional(),
      }),
    ).meta({ description: "Every enabled plugin." }),
  }).meta({
    id: "Readiness",
    examples: [{ ready: true, durability: "full", reasons: [], plugins: [{ name: "virtual", state: "ready" }] }],
  }),
);
