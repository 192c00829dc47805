import type { OwnChange, OwnObject } from "../../../workers/engine-api.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { literal } from "../../lib/sql/literal.ts";
import { formatBytes, formatCounted } from "../../lib/text/format.ts";
import { changeSentence } from "./words.ts";

/** What the visitor has made in this session; it goes with the page. */
export function OwnList(props: {
	readonly objects: readonly OwnObject[];
	readonly onName: (text: string) => void;
}) {
	const { objects, onName } = props;
	if (objects.length === 0) return null;
	return (
		<section class="sql-own" aria-label="Made by you">
			<h2 class="schema-heading">Made by you, until the page is closed</h2>
			<ul class="schema">
				{objects.map((object) => (
					<li key={object.name}>
						<details>
							<summary>
								<span class="schema-table">{object.name}</span>
								<span class="schema-rows">
									{object.rows === null
										? object.kind
										: formatCounted(object.rows, "row")}
								</span>
							</summary>
							<Own object={object} onName={onName} />
						</details>
					</li>
				))}
			</ul>
		</section>
	);
}

function Own(props: {
	readonly object: OwnObject;
	readonly onName: (text: string) => void;
}) {
	const { object, onName } = props;
	return (
		<div class="schema-body">
			<p class="schema-about">
				{object.kind === "table"
					? `A table of yours, ${formatBytes(object.bytes)} of memory.`
					: `A ${object.kind} of yours.`}
			</p>
			<pre class="sql-own-text">{object.sql.trim()}</pre>
			{object.columns.length > 0 && (
				<ul class="schema-columns">
					{object.columns.map(({ name, type }) => (
						<li key={name}>
							<button type="button" onClick={() => onName(identifier(name))}>
								<span class="schema-column">{name}</span>
								<span class="schema-type">{type.toLowerCase()}</span>
							</button>
						</li>
					))}
				</ul>
			)}
			<button
				type="button"
				class="schema-insert"
				onClick={() => onName(useOf(object))}
			>
				Insert the {object.kind}'s name
			</button>
		</div>
	);
}

/** What a statement did that has no rows to show. */
export function Changed({ change }: { readonly change: OwnChange }) {
	const isThere = change.action !== "dropped";
	return (
		<div class="state sql-changed">
			<p>{changeSentence(change)}.</p>
			{isThere && (
				<p>
					Use it in the next query: <code>{exampleOf(change)}</code>
				</p>
			)}
		</div>
	);
}

function useOf({ kind, name }: Pick<OwnObject, "kind" | "name">): string {
	return kind === "variable"
		? `getvariable(${literal(name)})`
		: identifier(name);
}

function exampleOf(change: OwnChange): string {
	switch (change.kind) {
		case "variable":
			return `SELECT ${useOf(change)}`;
		case "macro":
			return `${identifier(change.name)}(…)`;
		default:
			return `FROM ${identifier(change.name)}`;
	}
}
