/**
 * A registry of npm in front of the one that it is given: it prints each tarball that is asked for, with its bytes, a
 * line each.
 *
 * @module
 */
const [registry = ""] = Deno.args;

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  async (call) => {
    const { pathname, origin } = new URL(call.url);
    const answer = await fetch(new URL(pathname.slice(1), registry), { headers: call.headers });
    if (!pathname.endsWith(".tgz")) {
      return new Response((await answer.text()).replaceAll(/"tarball": ?"https?:\/\/[^/]+/g, `"tarball":"${origin}`));
    }
    const tarball = await answer.bytes();
    console.log(pathname, tarball.length);
    return new Response(tarball);
  },
);
await server.finished;
