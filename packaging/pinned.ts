/** The Deno that everything is tested with, which packages bring along. */
export const DENO_VERSION = "2.9.6";
