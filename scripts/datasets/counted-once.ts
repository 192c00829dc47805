import { identifier } from "../../src/lib/sql/identifier.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import type { Balance, TableDefinition } from "./dataset.ts";

/** How the copies of a row are told, and which of them counts. */
export interface Copies {
	/** What the rows are called in the report: `candles`. */
	readonly noun: string;
	/** The table's columns. */
	readonly columns: readonly string[];
	/** Those that copies share; they must agree in the table's buckets, too. */
	readonly key: readonly string[];
	/**
	 * ORDER BY list over the columns of `rows`, the copy that counts first: `version DESC`.
	 * Among equals the greater content counts.
	 */
	readonly winner?: string;
	/** Column of `rows` that holds the path of the file. */
	readonly path: string;
}

/**
 * Of several copies of a row one counts, whatever comes first: others that say the same
 * are duplicates, and all else is rejected with the file of the one that counts. To be spread
 * into a table, whose dataset has {@link balanceOfCopies}.
 */
export function countedOnce({
	noun,
	columns,
	key,
	winner,
	path,
}: Copies): Required<Pick<TableDefinition, "merge" | "conflicts" | "counts">> {
	const names = columns.map(identifier).join(", ");
	const order = [winner, `hash(${names}) DESC`, names, identifier(path)];
	const copies = `
		PARTITION BY ${key.map(identifier).join(", ")}
		ORDER BY ${order.filter((part) => part !== undefined).join(", ")}`;
	const ranked = `
		SELECT *, row_number() OVER copies AS copy,
			first_value(${identifier(path)}) OVER copies AS other,
			first_value(row(${names})) OVER copies IS NOT DISTINCT FROM row(${names}) AS is_equal
		FROM rows
		WINDOW copies AS (${copies})`;
	return {
		merge: `SELECT ${names} FROM rows QUALIFY row_number() OVER (${copies}) = 1`,
		conflicts: `
			SELECT ${identifier(path)} AS source_file, NULL::BIGINT AS line,
				${literal(`another of the ${noun} with the same ${key.join(", ")} counts, of `)} || other AS reason,
				concat_ws(' ', ${names}) AS sample
			FROM (${ranked}) WHERE copy > 1 AND NOT is_equal`,
		counts: `
			SELECT CASE WHEN copy = 1 THEN ${literal(`${noun} kept`)}
				WHEN is_equal THEN ${literal(`duplicate ${noun}`)}
				ELSE ${literal(`replaced ${noun}`)} END AS name, count(*) AS count
			FROM (${ranked}) GROUP BY 1`,
	};
}

/** How the counts of a dataset add up that counts rows once. */
export function balanceOfCopies({ noun }: Pick<Copies, "noun">): Balance {
	return {
		unit: noun,
		read: ["rows read"],
		kept: [`${noun} kept`],
		rejected: ["rows rejected", `replaced ${noun}`],
		replaced: [`replaced ${noun}`],
		duplicates: [`duplicate ${noun}`],
	};
}
