/**
 * The descriptions of the interface, for machines.
 *
 * @module
 */
import { anything, record } from "../../core/contract/shape.ts";
import { asyncApiText } from "../../socket/mod.ts";
import { JSON_HEADERS } from "../answering/answer.ts";
import { openApiText } from "../openapi/document.ts";
import type { Route } from "../openapi/operation.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * The routes of the documents. A document is made when it is first asked for, because few servers ever are, and kept.
 *
 * @param routes Gives every route, these included.
 */
export function documentEndpoints(routes: () => readonly Route[]): Endpoint[] {
  const document = (
    path: string,
    { make, ...described }: { id: string; summary: string; make: () => string },
  ): Endpoint => {
    let text: string | undefined;
    return {
      method: "GET",
      path,
      scope: undefined,
      description: {
        ...described,
        tag: "documents",
        answers: { 200: { description: "The document.", body: record(anything) } },
      },
      serve: () => new Response(text ??= make(), { headers: JSON_HEADERS }),
    };
  };
  return [
    document("/v1/openapi.json", {
      id: "readOpenApi",
      summary: "This document",
      make: () => openApiText(routes()),
    }),
    document("/v1/asyncapi.json", {
      id: "readAsyncApi",
      summary: "The messages, as AsyncAPI has them",
      make: asyncApiText,
    }),
  ];
}
