/**
 * What a configuration file may say: the schema of which `docs/configuration.schema.json` and `docs/configuration.md`
 * are made.
 *
 * @module
 */
import { z } from "zod";
import { pluginConfig } from "../../host/mod.ts";
import { isAddressRange } from "../../http/mod.ts";
import { activityFile } from "./activity.ts";
import { boundsFile, leastStopMs } from "./bounds.ts";
import { checkpointsFile } from "./checkpoints.ts";
import { DEFAULT_DATA, DEFAULT_LISTEN } from "./usual.ts";

/** The version of this format. */
export const CONFIGURATION_VERSION = 1;

const path = z.string().min(1).max(4_096);

/** The schema of a configuration file; an unknown key is an error. */
export const configurationFile = z.strictObject({
  $schema: z.string().optional().describe("Where an editor finds the schema of this file; not read."),
  configuration: z.literal(CONFIGURATION_VERSION).default(CONFIGURATION_VERSION).describe(
    "The version of this format.",
  ),
  listen: z.string().max(300).default(DEFAULT_LISTEN).describe(
    "HOST:PORT to listen on; port 0 is any free one. Beyond loopback it needs tls or trustedProxies.",
  ),
  data: path.default(DEFAULT_DATA).describe(
    "The data folder, relative to this file's folder. Left out, it is the usual one of a file in its usual place, and data beside every other.",
  ),
  durability: z.enum(["full", "normal"]).default("full").describe(
    "Whether a commit waits for the disk (full), or a power cut may cost the last moments (normal).",
  ),
  tls: z.strictObject({
    cert: path.describe("The certificate with its chain, PEM, relative to this file's folder."),
    key: path.describe("The certificate's private key, PEM, not encrypted, relative to this file's folder."),
  }).optional().describe("With it the server speaks HTTPS. The files are read again when they change."),
  trustedProxies: z.array(
    z.string().refine(isAddressRange, "must be an address such as 127.0.0.1 or a network such as 10.0.0.0/8"),
  ).max(256).default([]).describe(
    "Addresses and networks of the proxies in front: X-Forwarded-For and X-Forwarded-Proto count when they come from these.",
  ),
  log: z.strictObject({
    level: z.enum(["debug", "info", "warning", "error"]).default("info").describe("The least that is logged."),
    format: z.enum(["auto", "text", "json"]).default("auto").describe(
      "How a line looks: for people (text), or one JSON object (json).",
    ),
  }).prefault({}).describe("The log, on standard error."),
  activity: activityFile.default([]).describe(
    "Of which phones the history keeps what they report while they are open, a row a second at most. Left out, of none.",
  ),
  checkpoints: checkpointsFile.prefault({}).describe(
    "Checkpoints of the history: made at the start, at the stop, and between when something was written.",
  ),
  bounds: boundsFile.prefault({}).superRefine((bounds, context) => {
    const least = leastStopMs(bounds);
    if (bounds.stopMs >= least) return;
    const { stopMs, closeMs, pluginStopMs } = bounds;
    context.addIssue(
      `an orderly stop of ${stopMs} ms has no room for closeMs ${closeMs} and pluginStopMs ${pluginStopMs}: lower them, or set stopMs to ${least} or more`,
    );
  }).describe("Deadlines and places."),
  plugins: z.array(pluginConfig).max(256).optional().describe(
    "The plugins, in the order of their phones' device ids. Left out, it is the virtual plugin alone.",
  ),
});

/** A configuration file, with every default. */
export type ConfigurationFile = z.infer<typeof configurationFile>;
