import type { Catalog } from "../../lib/catalog.ts";
import type { Connection } from "../types.ts";

/**
 * Lays the ghosts: a database of its own, attached beside the one that holds
 * the data, with every table of the catalog in full schema (partition keys
 * included) and without rows. Once per database, before its configuration is
 * locked; `allowed_configs` must then hold {@link PLANNING_SETTINGS}' names.
 */
export declare function layGhosts(
	connection: Connection,
	catalog: Catalog,
): Promise<void>;
