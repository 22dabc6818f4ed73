/**
 * What a program for Node does with the client; run by Node itself, which strips the types.
 *
 * @module
 */
import process from "node:process";
import { connect } from "../../server/client/mod.ts";

const [, , url = "", token = ""] = process.argv;
const application = await connect(url, { name: "node", token });
const phone = await application.open("virtual:desk-1", { privilege: "owner" });
await phone.setStatusMessages({ states: ["lamp"], buttonModes: [], buttonStates: [] });
const events = phone.events();
const { outcome } = await phone.setLamp({ lamp: 20, mode: "flash" });
const lamp = await phone.getLamp({ lamp: 20 });
const { name, code } = await phone.setLamp({ lamp: 3, mode: "flash" }).catch((error) => error);
const types = [(await events.next()).value.type, (await events.next()).value.type];
await application.close();
console.log(JSON.stringify({ runtime: navigator.userAgent, outcome, rejected: [name, code], types, lamp }));
