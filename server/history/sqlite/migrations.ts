/**
 * The migrations of this build. Imported by name: a dynamic import would need a permission and could not be checked.
 *
 * @module
 */
import history from "../../../migrations/0001_history.ts";
import access from "../../../migrations/0002_access.ts";
import type { Migrations } from "./migrate.ts";

/** Every migration, by the name of its file. A name is never changed or reused. */
export const MIGRATIONS: Migrations = { "0001_history": history, "0002_access": access };
