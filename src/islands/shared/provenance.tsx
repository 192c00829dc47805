import type { Synthetic } from "../../lib/catalog.ts";
import {
	formatBytes,
	formatCount,
	formatMilliseconds,
} from "../../lib/format.ts";
import { syntheticLabel } from "../../lib/synthetic.ts";
import type { Query } from "../../queries/sql.ts";
import { siteRoot } from "./lake.ts";

/** Address of the SQL page with a query in its editor; it does not run by itself. */
export function sqlHref(display: string): string {
	return sqlHrefFrom(siteRoot(), display);
}

/** The same from a given root, relative or absolute, for pages drawn at build time. */
export function sqlHrefFrom(root: string, display: string): string {
	return `${root}sql/#q=${encodeURIComponent(display)}`;
}

/** Where a picture comes from: source, licence, rows, bytes, time, and its SQL. Null or undefined is left out. */
export function Provenance(props: {
	readonly source: string;
	readonly licence: string;
	readonly synthetic: Synthetic;
	readonly rows?: number | null;
	/** Bytes that were read for the picture, cached ones included. */
	readonly bytes?: number | null;
	readonly milliseconds?: number | null;
	readonly query?: Query | string | null;
	/** Root of the site for a page drawn at build time. */
	readonly root?: string;
}) {
	const { query, rows, bytes, milliseconds } = props;
	const label = syntheticLabel(props.synthetic);
	const display = typeof query === "string" ? query : query?.display;
	return (
		<p class="provenance">
			{label !== null && <span class="provenance-synthetic">{label}</span>}
			<span>Source: {props.source}</span>
			<span>Licence: {props.licence}</span>
			{rows != null && (
				<span>
					{formatCount(rows)} {rows === 1 ? "row" : "rows"}
				</span>
			)}
			{bytes != null && <span>{formatBytes(bytes)}</span>}
			{milliseconds != null && <span>{formatMilliseconds(milliseconds)}</span>}
			{display !== undefined && (
				<a
					href={
						props.root === undefined
							? sqlHref(display)
							: sqlHrefFrom(props.root, display)
					}
				>
					See the SQL
				</a>
			)}
		</p>
	);
}
