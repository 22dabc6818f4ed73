/**
 * A lint rule of the house: a function takes at most two positional parameters, and what else it needs in one last
 * object.
 *
 * A call of three bare values cannot be read without its declaration; one object names each. The last parameter counts
 * as that object when it is taken apart in place (`{ cause, by }`) or is called `options`.
 *
 * @module
 */

type Parameter = Deno.lint.Parameter | Deno.lint.TSParameterProperty;

const MOST = 2;

/** Whether a parameter is the object that names what comes after the positional ones. */
function isOptions(parameter: Parameter): boolean {
  const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  return target.type === "ObjectPattern" || (target.type === "Identifier" && target.name === "options");
}

/** How many positional parameters there are; a rest parameter is a list, whose length is the caller's. */
function positional(parameters: readonly Parameter[]): number {
  const all = parameters.filter(({ type }) => type !== "RestElement");
  const last = all.at(-1);
  return last && isOptions(last) ? all.length - 1 : all.length;
}

/** The plugin, as `deno.json` names it. */
const plugin: Deno.lint.Plugin = {
  name: "switchroom",
  rules: {
    positional: {
      create(context) {
        const check = (node: Deno.lint.Node & { params: Parameter[] }) => {
          const count = positional(node.params);
          if (count <= MOST) return;
          context.report({
            node,
            message: `${count} positional parameters: at most ${MOST} are read without a look at the declaration`,
            hint: "Take what is left in one last object, taken apart in place or called `options`",
          });
        };
        return {
          FunctionDeclaration: check,
          FunctionExpression: check,
          ArrowFunctionExpression: check,
          TSDeclareFunction: check,
          TSMethodSignature: check,
          TSFunctionType: check,
        };
      },
    },
  },
};

export default plugin;
