/**
 * What varies in paths under the same name everywhere.
 *
 * @module
 */
import type { z } from "zod";
import { ApplicationId, Device, HandleId, PhoneName } from "../../api/schemas/names.ts";

/** What stands for each well-known `:name`. */
export const PATH_NAMES: Readonly<Record<string, z.ZodType>> = {
  application: ApplicationId,
  handle: HandleId,
  phone: PhoneName,
  device: Device,
};
