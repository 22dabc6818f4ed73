/**
 * Phones, as anybody may see them who may monitor.
 *
 * @module
 */
import { json } from "../answer.ts";
import { type Endpoint, pathValue } from "../endpoint.ts";
import type { HttpPorts } from "../ports.ts";

/** The routes of phones. */
export function phoneEndpoints({ core }: HttpPorts): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/v1/phones",
      scope: "phones:monitor",
      run: () => json({ phones: core.phones() }),
    },
    {
      method: "GET",
      path: "/v1/phones/:phone",
      scope: "phones:monitor",
      run: (call) => json(core.phone(pathValue(call, "phone"))),
    },
  ];
}
