/**
 * Handles: opening and closing phones, and what a handle wants to hear.
 *
 * @module
 */
import { z } from "zod";
import { json } from "../answer.ts";
import { requireScope } from "../authentication.ts";
import { readJson } from "../body.ts";
import { applicationOf, type Endpoint, handleOf } from "../endpoint.ts";
import type { HttpPorts } from "../ports.ts";
import { fit, must, text, texts } from "../shape.ts";

const NewHandle = z.strictObject({
  phone: z.union([z.string(), z.int().nonnegative()], must("a phone's name or device id")),
  privilege: text,
});
const StatusMessages = z.strictObject({ states: texts, buttonModes: texts, buttonStates: texts });

/** The routes of handles. */
export function handleEndpoints({ core, limits }: HttpPorts): Endpoint[] {
  return [
    {
      method: "POST",
      path: "/v1/applications/:application/handles",
      scope: "phones:monitor",
      async run(call) {
        const application = applicationOf(call, core);
        const body = fit(await readJson(call.context.req.raw, limits), { shape: NewHandle, place: "body" });
        if (body.privilege === "owner") requireScope(call.token, "phones:control");
        const handle = await core.open(application, { phone: String(body.phone), privilege: body.privilege });
        return json({ handle: handle.id, phone: handle.phone.id, privilege: handle.privilege }, { status: 201 });
      },
    },
    {
      method: "DELETE",
      path: "/v1/handles/:handle",
      scope: "phones:monitor",
      run: async (call) => json(await core.close(handleOf(call, core))),
    },
    {
      method: "PUT",
      path: "/v1/handles/:handle/status-messages",
      scope: "phones:monitor",
      async run(call) {
        const handle = handleOf(call, core);
        const masks = fit(await readJson(call.context.req.raw, limits), { shape: StatusMessages, place: "body" });
        return json(await core.setStatusMessages(handle, masks));
      },
    },
    {
      method: "GET",
      path: "/v1/handles/:handle/status-messages",
      scope: "phones:monitor",
      run: (call) => json(core.statusMessages(handleOf(call, core))),
    },
  ];
}
