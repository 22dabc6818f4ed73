/**
 * The user agent: calls, subscriptions and requests outside of dialogs over one endpoint.
 *
 * @module
 */
export { createUserAgent } from "./create_user_agent.ts";
export type { OutgoingRequest, UserAgent, UserAgentBounds, UserAgentOptions } from "./user_agent.ts";
