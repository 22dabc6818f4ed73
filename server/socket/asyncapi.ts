/**
 * The AsyncAPI 3 document: the messages that an application is sent, and what it can call over a socket.
 *
 * @module
 */
import type { z } from "zod";
import { type Components, components, documentText } from "../api/mod.ts";
import {
  about,
  either,
  type JsonSchema,
  nullable,
  number,
  object,
  oneOf,
  type Shape,
  text,
} from "../core/contract/shape.ts";
import { ApplicationId, EVENTS, RpcError } from "../core/contract/shapes/mod.ts";
import { SOCKET_CLOSES } from "../core/contract/socket.ts";
import type { Method } from "./method.ts";
import { METHODS } from "./methods.ts";

const ABOUT =
  `What an application of Switchroom is sent, over either of two transports, and what it can call over the second. The rest is described at
\`/v1/openapi.json\`.

\`seq\` rises strictly within an application: a number that is missing without a \`GAP\` was suppressed by a close. Events are held from the application's
beginning, 1 MiB of them, the oldest dropped first; a reader that comes back goes on after the last event that it has. Within version 1 fields and types of
events may be added: ignore what you do not know.`;

const SOCKET =
  `JSON-RPC 2.0 in text messages, pipelined and in batches as the client likes. One socket is one application: \`phoneInitializeEx\` or \`resume\` comes first.
The token stands in the \`Authorization\` header of the upgrade; for a page of this server the cookie of \`POST /v1/session\` does. Of
the subprotocols that a client offers, \`jsonrpc\` or \`switchroom\` is given back. The server closes it with ${
    Object.values(SOCKET_CLOSES).map(({ code, reason }) => `${code} (${reason})`).join(", ")
  }.`;

const jsonrpc = oneOf(["2.0"]);

const Id = about(nullable(either(text, number)), {
  name: "MessageId",
  description:
    "Ties an answer to its call and is given back as it came; the client chooses it. null is one too, but is also the id of a message that could not be read.",
});

/** A call of a method. */
function callOf(method: string, { params, components }: { params: z.ZodType; components: Components }): JsonSchema {
  const { properties, required = [], ...call } = components.of(object({ jsonrpc, id: Id, method: oneOf([method]) }));
  const canBeLeftOut = params.safeParse({}).success;
  return {
    ...call,
    properties: { ...properties, params: components.of(params) },
    required: canBeLeftOut ? required : [...required, "params"],
  };
}

/** The answer to a call that went well. */
function answerWith(result: Shape): Shape {
  return object({ jsonrpc, id: Id, result });
}

/** The answer to a call that did not. */
const RpcFailure = about(
  object({
    jsonrpc,
    id: Id,
    error: RpcError,
  }),
  { name: "RpcFailure" },
);

/** An event. */
function notificationOf(type: string, event: Shape): Shape {
  return object({ jsonrpc, method: oneOf([type]), params: event });
}

const types = Object.keys(EVENTS);
const ref = (...path: string[]) => ({ $ref: `#/${path.join("/")}` });

/** The document, as JSON text. */
export function asyncApiText(): string {
  const gathered = components("draft-07");
  const messages = { ...eventMessages(gathered), ...methodMessages(gathered) };
  const ofSocket = Object.keys(messages).filter((name) => !types.includes(name));
  return documentText({
    asyncapi: "3.0.0",
    info: {
      title: "Switchroom",
      version: "1",
      description: ABOUT,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    defaultContentType: "application/json",
    channels: {
      events: {
        address: "/v1/applications/{application}/events",
        title: "Server-sent events",
        description:
          "`GET`, with `Accept: text/event-stream`: `id` is the event's `seq`, `data` the event; `Last-Event-ID` says after which to begin.",
        parameters: { application: { description: ApplicationId.description } },
        messages: named(types),
      },
      socket: {
        address: "/v1/socket",
        title: "WebSocket",
        description: SOCKET,
        messages: named(ofSocket),
        bindings: { ws: { method: "GET", bindingVersion: "0.1.0" } },
      },
    },
    operations: {
      tellEvents: {
        action: "send",
        channel: ref("channels", "events"),
        summary: "Tells an application what has happened.",
        messages: types.map((type) => ref("channels", "events", "messages", type)),
        security: [ref("components", "securitySchemes", "bearer")],
      },
      notify: {
        action: "send",
        channel: ref("channels", "socket"),
        summary: "Tells an application what has happened; the same events as notifications.",
        messages: types.map((type) => ref("channels", "socket", "messages", notification(type))),
        security: eitherWay,
      },
      ...Object.fromEntries([...METHODS].map(([name, method]) => [name, operationOf(name, method)])),
    },
    components: {
      messages,
      schemas: gathered.schemas,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token of this server." },
        session: {
          type: "httpApiKey",
          in: "cookie",
          name: "switchroom_session",
          description: "For pages of this server.",
        },
      },
    },
  });
}

/** The token itself, or the cookie of a session. */
const eitherWay = ["bearer", "session"].map((scheme) => ref("components", "securitySchemes", scheme));

const notification = (type: string) => `${type}.notification`;
const answer = (method: string) => `${method}.answer`;

function eventMessages(components: Components): Record<string, object> {
  return Object.fromEntries(
    Object.entries<Shape>(EVENTS).flatMap(([type, event]) => {
      const summary = event.description;
      return [
        [type, { name: type, summary, payload: components.of(event) }],
        [notification(type), { name: type, summary, payload: components.of(notificationOf(type, event)) }],
      ];
    }),
  );
}

function methodMessages(components: Components): Record<string, object> {
  const correlationId = { location: "$message.payload#/id" };
  const calls = [...METHODS].flatMap(([method, { params, result }]) => [
    [method, { name: method, correlationId, payload: callOf(method, { params, components }) }],
    [answer(method), { name: answer(method), correlationId, payload: components.of(answerWith(result)) }],
  ]);
  const failure = { name: "failure", correlationId, payload: components.of(RpcFailure) };
  return { ...Object.fromEntries(calls), failure };
}

function operationOf(method: string, { summary, scope }: Method): object {
  const channel = ref("channels", "socket");
  const message = (name: string) => ref("channels", "socket", "messages", name);
  return {
    action: "receive",
    channel,
    summary,
    description: scope === undefined ? "Any token may." : `The token needs the scope \`${scope}\`.`,
    messages: [message(method)],
    reply: { channel, messages: [message(answer(method)), message("failure")] },
    security: eitherWay,
  };
}

function named(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, ref("components", "messages", name)]));
}
