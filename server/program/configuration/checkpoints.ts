/**
 * What a configuration file may say of checkpoints.
 *
 * @module
 */
import { z } from "zod";
import { hostOf } from "./called_host.ts";

const path = z.string().min(1).max(4_096);

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** Whoever has the name of an address in a log or a list of processes must not have a password with it. */
function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return hostOf(text).length > 0 && url?.username === "" && url.password === "";
}

const address = z.string().max(2_048).refine(
  isAddress,
  "must be as https://audit.example.org/switchroom, without a name and a password",
);

/** A token goes nowhere unencrypted but within this machine. */
function mayCarryToken(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === "https:" || LOOPBACK.test(url?.hostname ?? "");
}

/** The schema of `checkpoints`. */
export const checkpointsFile = z.strictObject({
  everySeconds: z.int().min(1).max(604_800).default(3_600).describe(
    "Between two checkpoints, where something was written meanwhile, seconds.",
  ),
  log: z.boolean().default(true).describe("Whether each is a line of the log, of the level info."),
  file: path.exactOptional().describe(
    "A file that each is appended to, one JSON object a line, relative to this file's folder.",
  ),
  key: path.exactOptional().describe(
    "A file with the private key that each is signed with, as history key makes it, relative to this file's folder; not in the data folder.",
  ),
  url: address.exactOptional().describe("An address of HTTP or HTTPS that each is posted to, as JSON."),
  tokenFile: path.exactOptional().describe(
    "A file with the bearer token for url, relative to this file's folder; read anew for each. It needs HTTPS beyond this machine.",
  ),
  timestamps: address.exactOptional().describe(
    "The address of a time-stamping authority (RFC 3161) that each is stamped by, before it goes to file and url.",
  ),
}).superRefine(({ url, tokenFile }, context) => {
  if (tokenFile === undefined) return;
  if (url === undefined) context.addIssue("tokenFile is the token for url, which is not there");
  else if (!mayCarryToken(url)) context.addIssue("tokenFile would be sent unencrypted: url must begin with https://");
});
