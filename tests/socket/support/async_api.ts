/**
 * Messages held against the AsyncAPI document.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Schema } from "@cfworker/json-schema";
import { faultsOf, type Published } from "../../http/support/json_schema.ts";

/** The document. */
export interface AsyncApi extends Published {
  operations: Record<string, { action: "send" | "receive" }>;
  components: Published["components"] & { messages: Record<string, { payload: Schema }> };
}

/** Holds messages against the document, and keeps in mind which have been seen. */
export class MessageCheck {
  /** The names of the messages that have been seen. */
  readonly seen = new Set<string>();
  readonly #document: AsyncApi;

  constructor(document: AsyncApi) {
    this.#document = document;
  }

  /** Fails unless a message is what the document says of the message of that name, and says nothing else. */
  check(name: string, message: unknown): void {
    const { [name]: described } = this.#document.components.messages;
    ok(described, `${name} is not documented: ${JSON.stringify(message)}`);
    const faults = faultsOf(message, { schema: described.payload, document: this.#document, draft: "7" });
    deepEqual(faults, [], `${name} ${JSON.stringify(message)}`);
    this.seen.add(name);
  }
}
