/**
 * Handles: opening and closing phones, and what a handle wants to hear.
 *
 * @module
 */
import { requireScope } from "../../access/mod.ts";
import { fit, NewHandle, NewMasks } from "../../api/mod.ts";
import { ClosedHandle, Masks, OpenedHandle } from "../../core/contract/shapes/mod.ts";
import { json } from "../answering/answer.ts";
import { applicationOf, bodyOf, callerOf, type Endpoint, foreignHandleOf, handleOf } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The routes of handles. */
export function handleEndpoints(
  { applications, operator, bounds }: Pick<AppPorts, "applications" | "operator" | "bounds">,
): Endpoint[] {
  return [
    {
      method: "POST",
      path: "/v1/applications/:application/handles",
      scope: "phones:monitor",
      description: {
        id: "openPhone",
        tag: "handles",
        summary: "Open a phone (phoneOpen)",
        description: "`owner` needs the scope `phones:control`.",
        body: NewHandle,
        answers: { 201: { description: "The phone is open.", body: OpenedHandle } },
        problems: [
          "INVALPRIVILEGE",
          "INVALAPPHANDLE",
          "BADDEVICEID",
          "INUSE",
          "NODEVICE",
          "REQUESTOVERRUN",
          "OPERATIONFAILED",
        ],
        asksDriver: true,
      },
      async serve(call) {
        const application = applicationOf(call, applications);
        const body = fit(await bodyOf(call, bounds), { shape: NewHandle, place: "body" });
        if (body.privilege === "owner") requireScope(call.token, "phones:control");
        const handle = await application.open({ phone: String(body.phone), privilege: body.privilege });
        return json({ handle: handle.id, phone: handle.phone.id, privilege: handle.privilege }, { status: 201 });
      },
    },
    {
      method: "DELETE",
      path: "/v1/handles/:handle",
      scope: "phones:monitor",
      description: {
        id: "closeHandle",
        tag: "handles",
        summary: "Close a handle (phoneClose)",
        description:
          "When the only handle of a phone is closed, every outstanding request of the phone is completed before this is answered, and nothing " +
          "comes from the phone afterwards. With 503 the handle is void all the same. An operator (`admin`) closes any other's handle with it by " +
          "force: its application gets the replies and then PHONE_CLOSE.",
        answers: { 200: { description: "The handle is closed.", body: ClosedHandle } },
        problems: ["INVALPHONEHANDLE"],
      },
      async serve(call) {
        const foreign = foreignHandleOf(call, operator);
        return json(await (foreign?.release(callerOf(call)) ?? handleOf(call, applications).close()));
      },
    },
    {
      method: "PUT",
      path: "/v1/handles/:handle/status-messages",
      scope: "phones:monitor",
      description: {
        id: "setStatusMessages",
        tag: "handles",
        summary: "Say what a handle is to hear (phoneSetStatusMessages)",
        body: NewMasks,
        answers: { 200: { description: "What it hears from now on.", body: Masks } },
        problems: ["INVALPHONEHANDLE", "INVALPARAM", "INVALBUTTONMODE", "INVALBUTTONSTATE", "OPERATIONFAILED"],
        asksDriver: true,
      },
      async serve(call) {
        const handle = handleOf(call, applications);
        const masks = fit(await bodyOf(call, bounds), { shape: NewMasks, place: "body" });
        return json(await handle.setStatusMessages(masks));
      },
    },
    {
      method: "GET",
      path: "/v1/handles/:handle/status-messages",
      scope: "phones:monitor",
      description: {
        id: "getStatusMessages",
        tag: "handles",
        summary: "Read what a handle hears (phoneGetStatusMessages)",
        answers: { 200: { description: "What it hears.", body: Masks } },
        problems: ["INVALPHONEHANDLE"],
      },
      serve: (call) => json(handleOf(call, applications).masks),
    },
  ];
}
