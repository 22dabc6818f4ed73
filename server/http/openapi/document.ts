/**
 * The OpenAPI 3.1 document, made of what the routes say of themselves.
 *
 * @module
 */
import { components, documentText } from "../../api/mod.ts";
import { TAGS } from "./description.ts";
import { operationOf, problemsOf, type Route } from "./operation.ts";
import { headerComponents, problemExamples } from "./responses.ts";

const ABOUT = `A telephony server for phone devices: what TAPI was on Windows.

Every call under \`/v1\` needs a token; beside an operation stands the scope that the token must have, and \`admin\` implies every scope.
Errors are problems (RFC 9457). Within version 1 fields may be added to answers: ignore what you do not know. In what you send, an unknown field is an
error. A \`GET\` is answered to \`HEAD\` too, without its body. The messages that an application is sent are described at \`/v1/asyncapi.json\`.`;

/** The document that describes these routes, as JSON text. */
export function openApiText(routes: readonly Route[]): string {
  const gathered = components("draft-2020-12");
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, gathered);
  }
  const tags = new Set(routes.map(({ description }) => description.tag));
  const problems = [...new Set(routes.flatMap(problemsOf))];
  return documentText({
    openapi: "3.1.1",
    info: {
      title: "Switchroom",
      version: "1",
      summary: "Phones, asked and watched over HTTP",
      description: ABOUT,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The server that this document comes from" }],
    tags: Object.entries(TAGS).filter(([name]) => tags.has(name as keyof typeof TAGS)).map(([name, description]) => ({
      name,
      description,
    })),
    paths,
    components: {
      securitySchemes: {
        session: {
          type: "apiKey",
          in: "cookie",
          name: "switchroom_session",
          description: "The cookie of `beginSession`, from pages of this server only.",
        },
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "A token of this server; what it may do are its scopes.",
        },
      },
      headers: headerComponents(gathered),
      examples: problemExamples(problems),
      schemas: gathered.schemas,
    },
  });
}
