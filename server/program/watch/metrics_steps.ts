/**
 * The histogram of the steps of requests, counted on the hot path.
 *
 * Not one of `prom-client`: that looks its labels up at each observation and takes 0.4 us for it, and a request is
 * observed four times. Here an observation takes a few comparisons.
 *
 * @module
 */

/** Seconds; a step takes from half a millisecond on a good disk to the longest usual deadline. */
export const STEP_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const NAME = "switchroom_request_step_seconds";
const HELP =
  "How long the steps of a request took: accept (until its acceptance was on disk), plugin (until its end was " +
  "known), complete (until its completion was on disk), total.";

/** How long one step took, each time. */
class Step {
  /** By bucket, the last for what is longer than all. */
  readonly #counts = new Float64Array(STEP_BUCKETS.length + 1);
  #sum = 0;

  /** Takes one time, in milliseconds. */
  took(ms: number): void {
    const seconds = ms / 1_000;
    let bucket = 0;
    for (const longest of STEP_BUCKETS) {
      if (seconds <= longest) break;
      bucket++;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** The samples of a step of that name. */
  lines(name: string): string[] {
    let count = 0;
    const buckets = [...STEP_BUCKETS, "+Inf"].map((longest, bucket) => {
      count += this.#counts[bucket] ?? 0;
      return `${NAME}_bucket{le="${longest}",step="${name}"} ${count}`;
    });
    return [...buckets, `${NAME}_sum{step="${name}"} ${this.#sum}`, `${NAME}_count{step="${name}"} ${count}`];
  }
}

/** The steps of a request's way. */
export class RequestSteps {
  readonly accept = new Step();
  readonly plugin = new Step();
  readonly complete = new Step();
  readonly total = new Step();

  /** In Prometheus' text format. */
  text(): string {
    const samples = Object.entries(this).flatMap(([name, step]: [string, Step]) => step.lines(name));
    return [`# HELP ${NAME} ${HELP}`, `# TYPE ${NAME} histogram`, ...samples, ""].join("\n");
  }
}
