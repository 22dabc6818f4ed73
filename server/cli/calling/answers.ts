/**
 * What commands read of a server's answers. Loose, so that `--json` prints also what a later server adds.
 *
 * @module
 */
import { z } from "zod";

/** A phone of `GET /v1/phones`. */
export const Phone = z.looseObject({
  phone: z.string(),
  deviceId: z.number(),
  name: z.string(),
  plugin: z.string(),
  connected: z.boolean(),
  owner: z.string().nullable(),
  monitors: z.number(),
  capabilities: z.looseObject({
    display: z.looseObject({ rows: z.number(), columns: z.number() }),
    ringModes: z.number(),
    volumeDevices: z.array(z.string()),
    gainDevices: z.array(z.string()),
    hookSwitchDevices: z.array(z.string()),
    buttons: z.array(z.looseObject({ id: z.number(), mode: z.string(), lampModes: z.array(z.unknown()) })),
    setData: z.array(z.number()),
    features: z.array(z.string()),
  }),
});

/** The record of a request (api.md, section 5). */
export const RequestRecord = z.looseObject({
  requestId: z.number(),
  operation: z.string(),
  params: z.record(z.string(), z.unknown()),
  phone: z.string(),
  application: z.looseObject({ id: z.string(), name: z.string() }),
  token: z.string(),
  reference: z.string().optional(),
  acceptedAt: z.string(),
  completedAt: z.string().nullable(),
  state: z.string(),
  outcome: z.string().nullable(),
  result: z.number().nullable(),
  code: z.string().optional(),
  cause: z.string().optional(),
  message: z.string().optional(),
});

/** See {@linkcode RequestRecord}. */
export type RequestRecord = z.infer<typeof RequestRecord>;

/** An event of the history. */
export const Event = z.looseObject({
  seq: z.number(),
  at: z.string(),
  type: z.string(),
  token: z.string().optional(),
  address: z.string().optional(),
  plugin: z.string().optional(),
  phone: z.string().optional(),
  code: z.string().optional(),
  detail: z.record(z.string(), z.unknown()),
});

/** A token, without its secret. */
export const Token = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  phones: z.array(z.string()).nullable(),
  createdAt: z.string(),
});

/** See {@linkcode Token}. */
export type Token = z.infer<typeof Token>;
