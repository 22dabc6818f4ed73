/**
 * What a route can answer, as OpenAPI has it: a response for each status, an example for each kind of problem.
 *
 * @module
 */
import {
  type Components,
  INTERNAL_PROBLEM,
  problemOf,
  Refusal,
  type RefusalKind,
  REFUSALS,
  telephonyProblem,
} from "../../api/mod.ts";
import { PhoneError } from "../../core/contract/errors.ts";
import type { Problem } from "../../core/contract/problem.ts";
import type { OptionalField, Shape } from "../../core/contract/shape.ts";
import { DescribedProblem } from "../../core/contract/shapes/mod.ts";
import type { AnswerDescription, Description, ProblemName } from "./description.ts";
import { ANSWER_HEADERS, type AnswerHeader } from "./headers.ts";

/** A response as OpenAPI has it. */
interface Response {
  description: string;
  headers?: object;
  content?: object;
}

/** The responses of a route that answers so, and with these problems beside. */
export function responsesOf(
  { answers, asksDriver }: Description,
  { problems, components }: { problems: readonly ProblemName[]; components: Components },
): object {
  const wrong = problemResponses(problems, components);
  const right = mapValues(answers, (answer) => responseOf(answer, components));
  // A status can stand for both, such as the 503 of readyz: its media types tell them apart, and no header is sure to
  // be there.
  const both = Object.keys(right).filter((status) => wrong[status]).map((status) => [
    status,
    { description: right[status]?.description, content: { ...right[status]?.content, ...wrong[status]?.content } },
  ]);
  return {
    ...right,
    ...wrong,
    ...Object.fromEntries(both),
    ...(asksDriver && { default: driverResponse(components) }),
  };
}

/** The headers of answers, as components. */
export function headerComponents(components: Components): object {
  return mapValues<Shape | OptionalField, object>(ANSWER_HEADERS, (header) => {
    const { description, ...schema } = components.of("optional" in header ? header.optional : header);
    return { description, required: !("optional" in header), schema };
  });
}

/** The examples of problems, as components. */
export function problemExamples(names: readonly ProblemName[]): object {
  return Object.fromEntries(
    names.map(problemNamed).map((problem) => [kindOf(problem), { summary: problem.title, value: problem }]),
  );
}

function responseOf(
  { description, body, media = [], headers = [] }: AnswerDescription,
  components: Components,
): Response {
  const content = {
    ...(body && { "application/json": { schema: components.of(body) } }),
    ...Object.fromEntries(media.map((type) => [type, { schema: { type: "string" } }])),
  };
  return { description, ...headersNamed(headers), ...(Object.keys(content).length > 0 && { content }) };
}

function problemResponses(names: readonly ProblemName[], components: Components): Record<string, Response> {
  const byStatus = Object.groupBy([...new Set(names)].map(problemNamed), ({ status }) => String(status));
  return mapValues(byStatus, (problems = []) => ({
    description: problems.map(({ title, code }) => code === undefined ? title : `${title} (\`${code}\`)`).join("; "),
    ...headersNamed(headersOf(problems[0]?.status)),
    content: {
      "application/problem+json": {
        schema: components.of(DescribedProblem),
        examples: Object.fromEntries(
          problems.map(kindOf).map((kind) => [kind, { $ref: `#/components/examples/${kind}` }]),
        ),
      },
    },
  }));
}

function driverResponse(components: Components): Response {
  return {
    description:
      "Any other telephony error: the phone's driver answers what it finds right, with a vendor's own number too (502)",
    content: { "application/problem+json": { schema: components.of(DescribedProblem) } },
  };
}

function headersOf(status: number | undefined): AnswerHeader[] {
  if (status === 401) return ["WWW-Authenticate"];
  return status === 429 || status === 503 ? ["Retry-After"] : [];
}

function headersNamed(names: readonly AnswerHeader[]): { headers?: object } {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

/** The problem of that name, in the words of its catalogue. */
function problemNamed(name: ProblemName): Problem {
  if (name === "internal") return INTERNAL_PROBLEM;
  if (!isRefusal(name)) return telephonyProblem(new PhoneError(name));
  return problemOf(new Refusal(name, REFUSALS[name].title)) ?? INTERNAL_PROBLEM;
}

/** The last part of a problem's `type`. */
function kindOf({ type }: Problem): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

function isRefusal(name: string): name is RefusalKind {
  return Object.hasOwn(REFUSALS, name);
}
