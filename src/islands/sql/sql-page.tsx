import { useRef } from "preact/hooks";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { formatCounted } from "../../lib/text/format.ts";
import { ownObjects } from "../shared/engine/engine.ts";
import {
	BucketKeysForm,
	SignedInBuckets,
} from "../shared/lake/bucket-keys.tsx";
import { Empty, Failure } from "../shared/states.tsx";
import { Bench, type Live } from "./bench.tsx";
import type { Editor } from "./editor.ts";
import { forgetRuns } from "./history.ts";
import { HistoryList } from "./history-list.tsx";
import { OwnList } from "./own.tsx";
import { Schema } from "./schema.tsx";
import { Sources } from "./sources.tsx";

/** The page around the editor. Without a workbench it is what stands in the HTML before the script. */
export function SqlPage(props: {
	readonly catalog: Catalog;
	/** Table that is open in the list at first. */
	readonly open: string | null;
	readonly live: Live | null;
}) {
	const { catalog, open, live } = props;
	const rows = catalog.tables.reduce((sum, table) => sum + table.rows, 0);
	const editor = useRef<Editor | null>(null);
	const example = useRef<(sql: string) => void>(() => {});
	return (
		<div class={live === null ? "sql" : "sql is-live"}>
			<aside class="sql-side" aria-label="Tables and examples">
				<div class="sql-head">
					<h1>SQL</h1>
					<p>
						DuckDB over {formatCounted(catalog.tables.length, "table")} with{" "}
						{formatCounted(rows, "row")}, on your machine.
					</p>
				</div>
				<details class="sql-tables" open={live?.isWide ?? true}>
					<summary>Tables and examples</summary>
					<OwnList
						objects={ownObjects.value}
						onName={(name) => editor.current?.insert(name)}
					/>
					<Schema
						catalog={catalog}
						open={open}
						onExample={(sql) => example.current(sql)}
						onName={(name) => editor.current?.insert(name)}
					/>
				</details>
				{live !== null && (
					<Sources onName={(name) => editor.current?.insert(name)} />
				)}
				{live !== null && (
					<HistoryList
						texts={live.history.value}
						onText={(sql) => example.current(sql)}
						onForget={() => {
							live.history.value = forgetRuns(live.store);
							editor.current?.focus();
						}}
					/>
				)}
				{live !== null && (
					<details class="sql-fold">
						<summary>Private buckets</summary>
						<SignedInBuckets />
						<BucketKeysForm address="" />
					</details>
				)}
			</aside>
			{live === null ? (
				<div class="sql-bench" aria-hidden="true">
					<div class="sql-text">
						<div class="sql-editor" />
					</div>
				</div>
			) : (
				<Bench
					catalog={catalog}
					live={live}
					editor={editor}
					example={example}
				/>
			)}
		</div>
	);
}

/** What stands where the lake has no table. */
export function NoTables() {
	return (
		<div class="sql-none">
			<h1>SQL</h1>
			<Empty>
				<p>
					There is no table to ask yet. Put raw files into a folder and run{" "}
					<code>npm run data -- --input DIR</code>, or run{" "}
					<code>npm start</code> for the demo.
				</p>
			</Empty>
		</div>
	);
}

/** What stands where the lake did not open. */
export function Unopened(props: {
	readonly error: unknown;
	readonly onRetry: () => unknown;
}) {
	return (
		<div class="sql-none">
			<h1>SQL</h1>
			<Failure error={props.error} onRetry={props.onRetry} />
		</div>
	);
}
