/**
 * How each phone of the liar answers what the host sends it. A phone is named by its lie; what it does not lie about it does well.
 *
 * @module
 */
import type { Message } from "./wire.ts";

const FAILED = -1879048164;

/** A completion. */
export const done = (requestId: unknown, result = 0): Message => ({ type: "done", requestId, result });
/** A good end of a call. */
export const answer = (call: unknown): Message => ({ type: "answer", call });
const refuse = (call: unknown): Message => ({ type: "refuse", call, result: FAILED, message: "the liar refuses" });
const lamp = (phone: unknown): Message => ({ type: "state", phone, states: ["lamp"], detail: 0 });

/** Operations that were left open, to be completed when it is too late. */
const open: unknown[] = [];
const keep = ({ requestId }: Message): Message[] => {
  open.push(requestId);
  return [];
};

/** What is sent back, for each phone and type of message. */
export const LIES: Record<string, Record<string, (message: Message) => Message[]>> = {
  honest: { operate: ({ requestId }) => [...open.splice(0).map((late) => done(late)), done(requestId)] },
  completesTwice: { operate: ({ requestId }) => [done(requestId), done(requestId, FAILED), done(requestId)] },
  completesUnknown: { operate: ({ requestId }) => [done(Number(requestId) + 1_000_000, FAILED), done(requestId)] },
  completesWrongly: { operate: ({ requestId }) => [done(requestId, 7)] },
  leavesOpen: { operate: keep },
  refusesClose: { operate: keep, close: ({ call }) => [refuse(call)] },
  refusesMasks: { want: ({ call }) => [refuse(call)] },
  talksWhileClosed: {
    open: ({ call, phone }) => [lamp(phone), answer(call)],
    close: ({ call, phone }) => [answer(call), lamp(phone), { type: "devSpecific", phone, params: "" }],
  },
  talksUnasked: {
    operate: ({ phone, requestId }) => [
      lamp(phone),
      { type: "state", phone, states: ["display", "ringMode"] },
      { type: "button", phone, button: 1, mode: "feature", state: "down" },
      done(requestId),
    ],
  },
  countsOwners: { operate: ({ phone, requestId }) => [{ type: "state", phone, states: ["owner"] }, done(requestId)] },
  forcesUnsettled: {
    operate: (message) => [
      ...keep(message),
      { type: "forceClosing", phone: message.phone },
      { type: "forceClosed", phone: message.phone },
    ],
  },
};
