import type {
	Catalog,
	CatalogDataset,
	CatalogRollup,
	CatalogTable,
} from "../../lib/catalog/catalog.ts";
import { syntheticLabel } from "../../lib/catalog/synthetic.ts";
import { dedented } from "../../lib/sql/dedented.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../lib/text/format.ts";
import { examplesFor } from "../../queries/examples.ts";
import { sqlHrefFrom } from "../shared/provenance.tsx";
import { Empty } from "../shared/states.tsx";
import { Elsewhere } from "./elsewhere.tsx";

/** What the lake holds, made from the catalog alone. */
export function DataPage(props: {
	readonly catalog: Catalog;
	readonly version: string;
	/** The site's root, relative or absolute. */
	readonly root: string;
}) {
	const { catalog, version, root } = props;
	const rejects = catalog.tables.find(({ name }) => name === "rejects");
	const datasets = catalog.datasets.filter(
		({ name }) => name !== rejects?.dataset,
	);
	const tables = catalog.tables.filter((table) => table !== rejects);
	if (datasets.length === 0) return <NoData />;
	return (
		<>
			<div class="page-head">
				<h1>Data</h1>
				<p>
					{formatCounted(datasets.length, "dataset")},{" "}
					{formatCounted(catalog.tables.length, "table")} and{" "}
					{formatCounted(sum(catalog.tables, "rows"), "row")} in{" "}
					{formatCounted(sum(catalog.tables, "files"), "Parquet file")} of{" "}
					{formatBytes(sum(catalog.tables, "bytes"))}. Catalog version{" "}
					<code>{version}</code>.
				</p>
			</div>
			<div class="data">
				<nav class="data-index" aria-label="Datasets">
					<ul>
						{datasets.map(({ name, title }) => (
							<li key={name}>
								<a href={`#${name}`}>{title}</a>
								<ul>
									{tables
										.filter(({ dataset }) => dataset === name)
										.map((table) => (
											<li key={table.name}>
												<a href={`#table-${table.name}`}>{table.name}</a>
												<span>{formatCount(table.rows)}</span>
											</li>
										))}
								</ul>
							</li>
						))}
					</ul>
					<Rejects table={rejects} root={root} />
				</nav>
				<div class="data-sets">
					{datasets.map((dataset) => (
						<Dataset
							key={dataset.name}
							dataset={dataset}
							tables={tables.filter((each) => each.dataset === dataset.name)}
							rollups={catalog.rollups.filter(
								(each) => each.dataset === dataset.name,
							)}
							root={root}
						/>
					))}
				</div>
			</div>
		</>
	);
}

/** What stands where the lake holds nothing: how to fill it. */
export function NoData() {
	return (
		<>
			<div class="page-head">
				<h1>Data</h1>
				<p>There is no data in this lake yet.</p>
			</div>
			<Empty>
				<p>
					Put raw files into a folder and run{" "}
					<code>npm run data -- --input DIR</code>: GPX rides in{" "}
					<code>rides/</code>, archives or JSON of posts in <code>posts/</code>,
					CSV of weather stations in <code>weather/</code>. Or run{" "}
					<code>npm start</code> for the demo.
				</p>
			</Empty>
		</>
	);
}

function Dataset(props: {
	readonly dataset: CatalogDataset;
	readonly tables: readonly CatalogTable[];
	readonly rollups: readonly CatalogRollup[];
	readonly root: string;
}) {
	const { dataset, tables, rollups, root } = props;
	const label = syntheticLabel(dataset.synthetic);
	return (
		<section
			class="dataset"
			id={dataset.name}
			aria-labelledby={`${dataset.name}-title`}
		>
			<h2 id={`${dataset.name}-title`}>
				{dataset.title}
				{label !== null && <span class="provenance-synthetic">{label}</span>}
			</h2>
			<p>{dataset.description}</p>
			<dl class="dataset-facts">
				<Fact name="Rows" value={formatCount(sum(tables, "rows"))} />
				<Fact name="Files" value={formatCount(sum(tables, "files"))} />
				<Fact name="Size" value={formatBytes(sum(tables, "bytes"))} />
				<Fact name="Licence" value={dataset.licence} />
				<Fact name="Source" value={dataset.source} />
			</dl>
			{tables.map((table) => (
				<Table key={table.name} table={table} root={root} />
			))}
			{rollups.length > 0 && <Rollups rollups={rollups} root={root} />}
		</section>
	);
}

function Fact({
	name,
	value,
}: {
	readonly name: string;
	readonly value: string;
}) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{value}</dd>
		</div>
	);
}

function Table(props: { readonly table: CatalogTable; readonly root: string }) {
	const { table, root } = props;
	const [first, ...more] = examplesFor(table);
	return (
		<article class="table" id={`table-${table.name}`}>
			<header class="table-head">
				<h3>{table.name}</h3>
				{first !== undefined && (
					<a class="button" href={sqlHrefFrom(root, first.sql)}>
						Query this table
						<span class="visually-hidden">: {table.name}</span>
					</a>
				)}
			</header>
			<p>{table.description}</p>
			<p class="muted small">
				{formatCounted(table.rows, "row")}, {formatCounted(table.files, "file")}
				, {formatCounted(table.rowGroups, "row group")},{" "}
				{formatBytes(table.bytes)};{" "}
				{table.partitionKeys.length > 0 &&
					`partitioned by ${table.partitionKeys.join(", ")}, `}
				sorted by {table.sortKeys.join(", ")}
			</p>
			<section
				class="table-columns"
				aria-label={`Columns of ${table.name}`}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
				tabIndex={0}
			>
				<table>
					<thead>
						<tr>
							<th scope="col">Column</th>
							<th scope="col">Type</th>
							<th scope="col">Unit</th>
							<th scope="col">What it is</th>
						</tr>
					</thead>
					<tbody>
						{table.columns.map((column) => (
							<tr key={column.name}>
								<th scope="row">{column.name}</th>
								<td>{column.type.toLowerCase()}</td>
								<td>{column.unit}</td>
								<td>{column.description}</td>
							</tr>
						))}
					</tbody>
				</table>
			</section>
			{more.length > 0 && (
				<p class="small">
					More to ask:{" "}
					{more.map(({ title, sql }) => (
						<a key={title} class="table-example" href={sqlHrefFrom(root, sql)}>
							{title}
						</a>
					))}
				</p>
			)}
			<Elsewhere table={table} />
		</article>
	);
}

function Rollups(props: {
	readonly rollups: readonly CatalogRollup[];
	readonly root: string;
}) {
	return (
		<div class="rollups">
			<h3>Roll-ups</h3>
			<p class="muted small">
				Small answers made when the lake was built: what a page shows before
				anyone touches a control.
			</p>
			<ul>
				{props.rollups.map(({ name, rows, bytes, sql }) => (
					<li key={name}>
						<code>{name}</code> {formatCounted(rows, "row")},{" "}
						{formatBytes(bytes)}{" "}
						<a href={sqlHrefFrom(props.root, dedented(sql))}>
							See the SQL<span class="visually-hidden"> of {name}</span>
						</a>
					</li>
				))}
			</ul>
		</div>
	);
}

function Rejects(props: {
	readonly table: CatalogTable | undefined;
	readonly root: string;
}) {
	const { table, root } = props;
	const [why] = table === undefined ? [] : examplesFor(table);
	if (table === undefined || table.rows === 0 || why === undefined)
		return <p class="rejects">Nothing of the input was rejected.</p>;
	return (
		<p class="rejects has-rejects">
			{table.rows === 1
				? "One row or file"
				: `${formatCount(table.rows)} rows or files`}{" "}
			of the input could not be used.{" "}
			<a href={sqlHrefFrom(root, why.sql)}>See why</a>
		</p>
	);
}

function sum(
	tables: readonly CatalogTable[],
	what: "rows" | "files" | "bytes",
): number {
	return tables.reduce((total, table) => total + table[what], 0);
}
