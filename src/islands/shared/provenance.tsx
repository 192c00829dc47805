import type { ComponentChildren } from "preact";
import type { Synthetic } from "../../lib/catalog/catalog.ts";
import { syntheticLabel } from "../../lib/catalog/synthetic.ts";
import { dedented } from "../../lib/sql/dedented.ts";
import {
	formatBytes,
	formatCounted,
	formatMilliseconds,
} from "../../lib/text/format.ts";
import type { Query } from "../../queries/sql.ts";
import { siteRoot } from "./lake/lake.ts";
import { isOwnKept, sqlToKeepFor } from "./own-data/own-sql.ts";

/** Address of the SQL page with a query in its editor; it does not run by itself. */
export function sqlHref(display: string): string {
	return sqlHrefFrom(siteRoot(), display);
}

/** The same from a given root, relative or absolute, for pages drawn at build time. */
export function sqlHrefFrom(root: string, display: string): string {
	return `${root}sql/#q=${encodeURIComponent(display)}`;
}

/** The way to a query on the SQL page, which finds the visitor's own data once they are kept. */
export function SqlLink(props: {
	readonly display: string;
	/** Whether it asks the visitor's own data. */
	readonly isOwn?: boolean | undefined;
	/** Root of the site for a page drawn at build time. */
	readonly root?: string | undefined;
	readonly children: ComponentChildren;
}) {
	const { isOwn = false, root, children } = props;
	const display = dedented(props.display);
	if (isOwn && !isOwnKept.value)
		return (
			<button
				type="button"
				class="link-button"
				onClick={() => {
					sqlToKeepFor.value = display;
				}}
			>
				{children}
			</button>
		);
	return (
		<a
			href={root === undefined ? sqlHref(display) : sqlHrefFrom(root, display)}
		>
			{children}
		</a>
	);
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
	/** Whether it is of the visitor's own data. */
	readonly isOwn?: boolean | undefined;
	/** Root of the site for a page drawn at build time. */
	readonly root?: string;
	/** At the end. */
	readonly children?: ComponentChildren;
}) {
	const { query, rows, bytes, milliseconds } = props;
	const label = syntheticLabel(props.synthetic);
	const display = typeof query === "string" ? query : query?.display;
	return (
		<p class="provenance">
			{label !== null && <span class="provenance-synthetic">{label}</span>}
			<span>Source: {props.source}</span>
			<span>Licence: {props.licence}</span>
			{rows != null && <span>{formatCounted(rows, "row")}</span>}
			{bytes != null && <span>{formatBytes(bytes)}</span>}
			{milliseconds != null && <span>{formatMilliseconds(milliseconds)}</span>}
			{display !== undefined && (
				<SqlLink display={display} isOwn={props.isOwn} root={props.root}>
					See the SQL
				</SqlLink>
			)}
			{props.children}
		</p>
	);
}
