/**
 * The HTTP front every peer shares: POST /op -> handle(op) -> {"id","state":"completed"}.
 *
 * @module
 */
import { createServer } from "node:http";

/** Throws unless the body has the three fields of the contract. */
export function parseOp(body) {
  const op = JSON.parse(body);
  if (typeof op.device !== "string" || typeof op.operation !== "string" || typeof op.params !== "object") {
    throw new TypeError("bad operation");
  }
  return op;
}

/** `handle(op)` must resolve to the id only once the completion is persisted. */
export function serve(handle) {
  const answer = (res, status, value) => {
    const text = JSON.stringify(value);
    res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    res.end(text);
  };
  createServer((req, res) => {
    let body = "";
    req.setEncoding("utf8");
    req.on("data", (chunk) => body += chunk);
    req.on("end", async () => {
      try {
        answer(res, 200, { id: await handle(parseOp(body)), state: "completed" });
      } catch (error) {
        console.error(error);
        answer(res, 500, { error: String(error) });
      }
    });
  }).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
}
