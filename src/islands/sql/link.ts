import { type ChartChoice, MARKS } from "../../charts/answer-encoding.ts";
import { sqlHref } from "../shared/provenance.tsx";

/** What an address of the SQL page carries. */
export interface SqlLink {
	readonly sql: string;
	/** How the answer is drawn, null where it shows as rows. */
	readonly chart: ChartChoice | null;
}

/**
 * What `#q=…` or `#chart=…&q=…` carries; null where that is no SQL, or no valid encoding.
 * Whatever else stands in a chart is at most the name of a column that is not there.
 */
export function linkInHash(hash: string): SqlLink | null {
	const [, chart, encoded] = /^#(?:(chart=.*?)&)?q=(.*)$/s.exec(hash) ?? [];
	if (encoded === undefined) return null;
	try {
		const sql = decodeURIComponent(encoded);
		if (sql.trim() === "") return null;
		return { sql, chart: chart === undefined ? null : chartIn(chart) };
	} catch (error) {
		if (error instanceof URIError) return null;
		throw error;
	}
}

/** The address of a query, and of how its answer is drawn. */
export function linkTo({ sql, chart }: SqlLink): string {
	const href = sqlHref(sql);
	if (chart === null) return href;
	const { mark, ...columns } = chart;
	const parameters = new URLSearchParams({ chart: mark });
	for (const [use, name] of Object.entries(columns))
		if (name !== null) parameters.set(use, name);
	return href.replace("#q=", `#${parameters}&q=`);
}

function chartIn(text: string): ChartChoice | null {
	const parameters = new URLSearchParams(text);
	const mark = MARKS.find((mark) => mark === parameters.get("chart"));
	if (mark === undefined) return null;
	return {
		mark,
		across: parameters.get("across"),
		up: parameters.get("up"),
		colour: parameters.get("colour"),
	};
}
