/**
 * fastify + better-sqlite3 by hand: two commits per request, handler called in place, no isolation.
 *
 * @module
 */
import Database from "better-sqlite3";
import fastify from "fastify";

const db = new Database(process.env.DATABASE_FILE);
db.pragma("journal_mode = WAL");
db.pragma(`synchronous = ${process.env.SYNCHRONOUS}`);
db.exec(
  `create table events (id integer primary key, op integer, state text, device text, operation text, params text, at integer) strict`,
);
const accepted = db.prepare(
  "insert into events (op, state, device, operation, params, at) values (?, 'accepted', ?, ?, ?, ?)",
);
const completed = db.prepare("insert into events (op, state, at) values (?, 'completed', ?)");
const handler = () => {};

const schema = {
  body: {
    type: "object",
    required: ["device", "operation", "params"],
    properties: { device: { type: "string" }, operation: { type: "string" }, params: { type: "object" } },
  },
};
let last = 0;
const app = fastify();
app.post("/op", { schema }, (request, reply) => {
  const { device, operation, params } = request.body;
  const id = ++last;
  accepted.run(id, device, operation, JSON.stringify(params), Date.now());
  handler();
  completed.run(id, Date.now());
  reply.send({ id, state: "completed" });
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
console.log("ready");
