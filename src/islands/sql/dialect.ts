import type { Completion, CompletionSource } from "@codemirror/autocomplete";
import { SQLDialect, type SQLNamespace } from "@codemirror/lang-sql";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { formatCount } from "../../lib/text/format.ts";

/** Words of DuckDB 1.5 that people write in queries. */
export const DUCKDB = SQLDialect.define({
	keywords:
		"all analyze and anti any array as asc asof between both by case cast collate columns cross cube " +
		"current desc describe distinct else end escape except exclude exists explain false fetch " +
		"filter first following for from full generated glob group grouping groups having if ignore " +
		"ilike in inner intersect interval into is isnull join lambda last lateral leading left like " +
		"limit materialized natural no not notnull null nulls offset on only or order ordinality " +
		"others outer over overlaps partition pivot placing positional preceding qualify range " +
		"recursive rename repeatable replace respect right rollup row rows sample select semi sets " +
		"show similar some summarize symmetric table tablesample then ties to trailing true try_cast " +
		"unbounded union unique unpivot using values when where window with within without",
	types:
		"bigint bignum bit blob bool boolean char date decimal double enum float hugeint int int128 " +
		"int16 int32 int64 int8 integer list map numeric real smallint string struct text time " +
		"timestamp timestamp_ms timestamp_ns timestamp_s tinyint ubigint uhugeint uint16 uint32 " +
		"uint64 uint8 uinteger union usmallint utinyint uuid varchar",
	builtin:
		"abs acos age any_value approx_count_distinct approx_quantile approx_top_k arg_max arg_min " +
		"array_agg ascii asin atan atan2 avg bar bit_count bool_and bool_or cbrt ceil chr coalesce " +
		"concat concat_ws contains corr cos count count_if covar_pop covar_samp cume_dist date_diff " +
		"date_part date_sub date_trunc day dayname dayofweek dayofyear degrees dense_rank ends_with " +
		"entropy epoch epoch_ms exp favg first first_value flatten floor format fsum gcd " +
		"generate_series geomean greatest group_concat hash hex histogram hour instr isfinite isinf " +
		"isnan isodow isoyear jaccard kurtosis lag last last_day last_value lcm lead least left len " +
		"length levenshtein list list_aggregate list_contains list_distinct list_filter list_reduce " +
		"list_reverse list_slice list_sort list_transform list_unique list_value list_zip ln log " +
		"log10 log2 lower lpad ltrim mad make_date make_time make_timestamp map map_entries " +
		"map_extract map_keys map_values max max_by md5 mean median microsecond min min_by minute " +
		"mode month monthname nth_value ntile nullif percent_rank pi position power printf product " +
		"quantile_cont quantile_disc quarter radians random range rank regexp_extract " +
		"regexp_extract_all regexp_matches regexp_replace regexp_split_to_array regr_intercept " +
		"regr_r2 regr_slope repeat replace reverse right round row_number rpad rtrim second sem sha256 " +
		"sign sin skewness split_part sqrt starts_with stddev stddev_pop stddev_samp strftime " +
		"string_agg string_split strip_accents strlen strpos strptime struct_extract struct_pack " +
		"substring sum tan time_bucket to_days to_hours to_microseconds to_milliseconds to_minutes " +
		"to_months to_seconds to_weeks to_years translate trim trunc try_strptime typeof unnest upper " +
		"uuid var_pop var_samp variance week weekofyear year yearweek",
	doubleDollarQuotedStrings: true,
	operatorChars: "*+-%<>!=&|~^/:@",
	specialVar: "?$",
	caseInsensitiveIdentifiers: true,
});

/** What completion says of a table. */
export type CompletedTable = Pick<
	CatalogTable,
	"name" | "description" | "columns" | "rows"
>;

/** Tables and their columns for completion after `from` and after a table's name or alias. */
export function schemaOf(tables: readonly CompletedTable[]): SQLNamespace {
	return Object.fromEntries(
		tables.map((table) => [
			table.name,
			{
				self: {
					label: table.name,
					apply: identifier(table.name),
					type: "class",
					detail: `${formatCount(table.rows)} rows`,
					info: table.description,
					boost: 2,
				},
				children: columnCompletions(table),
			},
		]),
	);
}

/** Columns, without their table's name before them, of the tables that a text names. */
export function columnsInScope(
	tables: readonly CompletedTable[],
): CompletionSource {
	return (context) => {
		const word = context.matchBefore(/[\w"]+/);
		if (word === null && !context.explicit) return null;
		const from = word?.from ?? context.pos;
		if (context.state.sliceDoc(from - 1, from) === ".") return null;
		const named = tablesIn(context.state.doc.toString(), tables);
		const seen = new Set<string>();
		const options = named.flatMap((table) =>
			columnCompletions(table).filter(
				({ label }) => !seen.has(label) && seen.add(label),
			),
		);
		return options.length === 0
			? null
			: { from, options, validFor: /^[\w"]*$/ };
	};
}

/** The tables whose names stand in a text as words. */
export function tablesIn<T extends CompletedTable>(
	text: string,
	tables: readonly T[],
): readonly T[] {
	const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
	return tables.filter(
		({ name }) =>
			words.has(name.toLowerCase()) ||
			text.includes(identifier(name)) ||
			text.includes(`'${name}'`),
	);
}

function columnCompletions(table: CompletedTable): Completion[] {
	return table.columns.map((column) => ({
		label: column.name,
		apply: identifier(column.name),
		type: "property",
		detail:
			column.unit === null ? column.type : `${column.type}, ${column.unit}`,
		info: column.description,
		boost: 1,
	}));
}
