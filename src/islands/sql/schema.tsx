import type {
	Catalog,
	CatalogTable,
	Synthetic,
} from "../../lib/catalog/catalog.ts";
import { syntheticLabel } from "../../lib/catalog/synthetic.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { formatBytes, formatCounted } from "../../lib/text/format.ts";
import { examplesFor } from "../../queries/examples.ts";

/** The lake's tables with example queries and columns; a click puts them into the editor. */
export function Schema(props: {
	readonly catalog: Catalog;
	/** Name of the table that is open at first. */
	readonly open: string | null;
	readonly onExample: (sql: string) => void;
	readonly onName: (text: string) => void;
}) {
	const { catalog, open, onExample, onName } = props;
	return (
		<ul class="schema">
			{catalog.tables.map((table) => (
				<li key={table.name}>
					<details open={table.name === open}>
						<summary>
							<span class="schema-table">{table.name}</span>
							<span class="schema-rows">
								{formatCounted(table.rows, "row")}
							</span>
						</summary>
						<Table
							table={table}
							synthetic={
								catalog.datasets.find(({ name }) => name === table.dataset)
									?.synthetic ?? false
							}
							onExample={onExample}
							onName={onName}
						/>
					</details>
				</li>
			))}
		</ul>
	);
}

function Table(props: {
	readonly table: CatalogTable;
	readonly synthetic: Synthetic;
	readonly onExample: (sql: string) => void;
	readonly onName: (text: string) => void;
}) {
	const { table, onExample, onName } = props;
	const label = syntheticLabel(props.synthetic);
	return (
		<div class="schema-body">
			<p class="schema-about">
				{table.description} {formatBytes(table.bytes)}.
				{label !== null && ` ${label}.`}
			</p>
			<h2 class="schema-heading">Examples</h2>
			<ul class="schema-examples">
				{examplesFor(table).map(({ title, sql }) => (
					<li key={title}>
						<button type="button" title={sql} onClick={() => onExample(sql)}>
							{title}
						</button>
					</li>
				))}
			</ul>
			<h2 class="schema-heading">Columns</h2>
			<ul class="schema-columns">
				{table.columns.map((column) => (
					<li key={column.name}>
						<button
							type="button"
							title={column.description}
							onClick={() => onName(identifier(column.name))}
						>
							<span class="schema-column">{column.name}</span>
							<span class="schema-type">
								{column.type.toLowerCase()}
								{column.unit !== null && `, ${column.unit}`}
							</span>
						</button>
					</li>
				))}
			</ul>
			<button
				type="button"
				class="schema-insert"
				onClick={() => onName(identifier(table.name))}
			>
				Insert the table's name
			</button>
		</div>
	);
}
