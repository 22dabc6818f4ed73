/**
 * The shapes of what is answered and sent: whoever is answered checks it by them, and the documents are made from them.
 *
 * Each is held to a type of the contract by the compiler (`exactly`), so that neither can be changed without the other.
 * What clients send is described in `server/api/shapes`, where it is checked.
 *
 * @module
 */
export { ApplicationList, ResumedApplication, StartedApplication } from "./application.ts";
export { Checkpoint, Verdict } from "./audit.ts";
export { EVENTS } from "./event.ts";
export { GETTER_ANSWERS } from "./getters.ts";
export { ClosedHandle, Masks, OpenedHandle } from "./handle.ts";
export { Alive, Readiness } from "./health.ts";
export { DamagedEvent, EventPage, RequestPage } from "./history.ts";
export { ApplicationId, Device, ErrorCode, HandleId, PhoneName, Seq, TokenId } from "./names.ts";
export { Phone, Phones } from "./phone.ts";
export { Plugin, PluginList, PluginLog } from "./plugin.ts";
export { DescribedProblem, RpcError } from "./problem.ts";
export { AcceptedRequest, CompletedRequest, Damage, DamagedRecord, FoundRecord, RequestRecord } from "./request.ts";
export { MadeToken, TokenList } from "./token.ts";
