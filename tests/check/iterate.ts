/**
 * A lint rule of the house: nothing is read from SQLite with `iterate`.
 *
 * On Deno (seen on 2.9.6) `StatementSync.iterate` ends as if there were no more rows when SQLite fails at a step, as at a
 * damaged page or a lock; `all`, `get` and `run` throw.
 *
 * @module
 */

function isIterate(property: Deno.lint.Node): boolean {
  return (property.type === "Identifier" && property.name === "iterate") ||
    (property.type === "Literal" && property.value === "iterate");
}

/** The plugin, as `deno.json` names it. */
const plugin: Deno.lint.Plugin = {
  name: "switchroom-sqlite",
  rules: {
    iterate: {
      create(context) {
        return {
          MemberExpression(node) {
            if (!isIterate(node.property)) return;
            context.report({
              node,
              message: "`iterate` ends without an error when SQLite fails at a step",
              hint: "Read bounded slices with `all`",
            });
          },
        };
      },
    },
  },
};

export default plugin;
