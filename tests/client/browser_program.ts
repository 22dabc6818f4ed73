/**
 * What pages do with the client. Run as a process of its own: the library that drives the browser asks for more permissions than tests have.
 *
 * @module
 */
import { openPage } from "../harness/open_page.ts";

const [url = "", token = "", bundle = ""] = Deno.args;
const elsewhere = "http://elsewhere.test";
const client = await Deno.readTextFile(bundle);

await using page = await openPage();
for (const origin of [url, elsewhere]) {
  await page.serve(`${origin}/page`, { type: "text/html", body: "<!doctype html><title>A page</title>" });
}
await page.serve(`${url}/client.js`, { type: "text/javascript", body: client });

await page.open(`${url}/page`);
const sameOrigin = await page.run(async (token: string) => {
  const at: string = "/client.js";
  const { connect } = await import(at);
  const { origin } = globalThis.location;
  const stranger = await connect(origin, { name: "page" }).catch((error: { code: number }) => error.code);
  const application = await connect(origin, { name: "page", token });
  const phone = await application.open("virtual:desk-1", { privilege: "owner" });
  const { outcome } = await phone.setLamp({ lamp: 20, mode: "flash" });
  await application.close();
  const again = await connect(origin, { name: "page" });
  await again.close();
  return { stranger, outcome, cookie: Reflect.get(globalThis, "document").cookie };
}, token);

await page.open(`${elsewhere}/page`);
const otherOrigin = await page.run((url: string) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/socket`);
  return new Promise<string>((resolve) => {
    socket.onopen = () => resolve("let in");
    socket.onerror = () => resolve("refused");
  });
}, url);
console.log(JSON.stringify({ sameOrigin, otherOrigin }));
