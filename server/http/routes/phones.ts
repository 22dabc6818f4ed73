/**
 * Phones, as anybody may see them who may monitor.
 *
 * @module
 */
import { seesOf } from "../../access/mod.ts";
import { Phone, Phones } from "../../core/contract/shapes/mod.ts";
import { json } from "../answering/answer.ts";
import { type Endpoint, pathValue } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The routes of phones. */
export function phoneEndpoints({ applications }: Pick<AppPorts, "applications">): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/v1/phones",
      scope: "phones:monitor",
      description: {
        id: "listPhones",
        tag: "phones",
        summary: "List the phones",
        answers: { 200: { description: "Every phone that the token may see.", body: Phones } },
      },
      serve: ({ token }) => json({ phones: applications.phones(seesOf(token)) }),
    },
    {
      method: "GET",
      path: "/v1/phones/:phone",
      scope: "phones:monitor",
      description: {
        id: "readPhone",
        tag: "phones",
        summary: "Read one phone (phoneGetDevCaps)",
        description: "By its name, or by its device id.",
        answers: { 200: { description: "The phone.", body: Phone } },
        problems: ["BADDEVICEID", "NODEVICE"],
      },
      serve: (call) => json(applications.phone(pathValue(call, "phone"), seesOf(call.token))),
    },
  ];
}
