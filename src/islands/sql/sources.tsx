import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { DroppedFile } from "../../../workers/engine-api.ts";
import { formatBytes } from "../../lib/format.ts";
import { identifier } from "../../lib/identifier.ts";
import type { OwnKind } from "../../lib/own-files.ts";
import {
	chosenFiles,
	type DroppedFiles,
	useFileDrop,
} from "../shared/dropped-files.ts";
import { addFile, droppedFiles, removeFile } from "../shared/engine.ts";
import { sentenceOf } from "../shared/error-sentence.ts";
import { keptBytes, ownTables } from "./own-data.ts";
import { counted } from "./words.ts";

const ENDINGS = ".parquet,.csv,.tsv,.txt,.json,.jsonl,.ndjson,.gpx,.gz";

/** What DuckDB's reader of CSV adds to an error: all the options it read with. */
const READER_OPTIONS = /\n\s*file = /;

/** The visitor's own files: a button to add some, a page to drop them on, and what is there. */
export function Sources(props: { readonly onName: (text: string) => void }) {
	const reading = useSignal<readonly string[]>([]);
	const refused = useSignal<readonly { name: string; why: string }[]>([]);
	const removing = useSignal<readonly string[]>([]);
	const said = useSignal("");
	const isOver = useSignal(false);
	const input = useRef<HTMLInputElement>(null);

	const add = async ({ files, problems }: DroppedFiles) => {
		refused.value = problems.map(({ path, reason }) => ({
			name: path,
			why: reason,
		}));
		for (const { path, blob } of files) {
			const file = new File([blob], path.slice(path.lastIndexOf("/") + 1));
			reading.value = [...reading.value, file.name];
			try {
				const { name, rows } = await addFile(file);
				said.value = `${name} is here: ${counted(rows, "row")}`;
			} catch (error) {
				const message = error instanceof Error ? error.message : String(error);
				const [why = message] = message.split(READER_OPTIONS);
				refused.value = [...refused.value, { name: file.name, why }];
				said.value = `${file.name} could not be read`;
			} finally {
				const [, ...others] = reading.value;
				reading.value = others;
			}
		}
	};
	const remove = async (name: string) => {
		removing.value = [...removing.value, name];
		try {
			await removeFile(name);
		} finally {
			removing.value = removing.value.filter((other) => other !== name);
		}
		said.value = `${name} is removed`;
		input.current?.focus();
	};

	useFileDrop(
		(over) => {
			isOver.value = over;
		},
		(dropped) => void add(dropped),
	);

	return (
		<section class="sources" aria-label="Your files">
			<h2 class="sources-title">Your files</h2>
			<p class="sources-about">
				Drop Parquet, CSV, JSON or GPX on this page, packed or not. Files stay
				in this tab and leave it with you: nothing is uploaded.
			</p>
			{droppedFiles.value.length > 0 && (
				<ul class="sources-list">
					{droppedFiles.value.map((file) => (
						<li key={file.name}>
							<Source
								file={file}
								onName={props.onName}
								isLeaving={removing.value.includes(file.name)}
								onRemove={() => void remove(file.name)}
							/>
						</li>
					))}
				</ul>
			)}
			<KeptOwn />
			{reading.value.map((name) => (
				<p key={name} class="sources-reading">
					Reading {name} …
				</p>
			))}
			{refused.value.map(({ name, why }) => (
				<p key={name} class="sources-refused">
					{sentenceOf(
						new Error(why.startsWith(name) ? why : `${name}: ${why}`),
					)}
				</p>
			))}
			<label class="button sources-add">
				Add files
				<input
					ref={input}
					class="visually-hidden"
					type="file"
					multiple
					accept={ENDINGS}
					onChange={({ currentTarget }) => {
						const files = chosenFiles(currentTarget.files);
						currentTarget.value = "";
						void add({ files, problems: [] });
					}}
				/>
			</label>
			<p class="visually-hidden" role="status">
				{said.value}
			</p>
			{isOver.value && (
				<div class="sources-over" aria-hidden="true">
					<p>Drop to ask it in SQL</p>
				</div>
			)}
		</section>
	);
}

/** The visitor's own data that are kept on this device, where SQL cannot name them yet. */
function KeptOwn() {
	const kept = keptBytes.value;
	const failure = useSignal<unknown>(null);
	if (kept === null) return null;
	const open = async (kind: OwnKind) => {
		failure.value = null;
		try {
			await ownTables.openKind(kind);
		} catch (error) {
			failure.value = error;
		}
	};
	return (
		<>
			{(["rides", "posts"] as const)
				.filter((kind) => kept[kind] > 0 && ownTables.isMissing(kind))
				.map((kind) => (
					<div key={kind} class="sources-kept">
						<p>
							Your own {kind} are kept on this device ({formatBytes(kept[kind])}
							).
						</p>
						<button
							type="button"
							class="button"
							disabled={ownTables.opening.value.includes(kind)}
							onClick={() => void open(kind)}
						>
							{ownTables.opening.value.includes(kind)
								? "Opening …"
								: `Ask your own ${kind}`}
						</button>
					</div>
				))}
			{failure.value !== null && (
				<p class="sources-refused">{sentenceOf(failure.value)}</p>
			)}
		</>
	);
}

function Source(props: {
	readonly file: DroppedFile;
	readonly onName: (text: string) => void;
	/** It goes once the query that runs has ended. */
	readonly isLeaving: boolean;
	readonly onRemove: () => void;
}) {
	const { file, onName, isLeaving, onRemove } = props;
	return (
		<details class="source">
			<summary>
				<span class="schema-table">{file.name}</span>
				<span class="schema-rows">{counted(file.rows, "row")}</span>
			</summary>
			<div class="source-actions">
				<button
					type="button"
					class="button"
					onClick={() => onName(`'${file.name.replaceAll("'", "''")}'`)}
				>
					Insert its name
				</button>
				<button
					type="button"
					class="button"
					aria-label={`Remove ${file.name}`}
					disabled={isLeaving}
					onClick={onRemove}
				>
					{isLeaving ? "Removing …" : "Remove"}
				</button>
				<span class="schema-rows">{formatBytes(file.bytes)}</span>
			</div>
			<ul class="schema-columns">
				{file.columns.map(({ name, type }) => (
					<li key={name}>
						<button
							type="button"
							class="source-column"
							onClick={() => onName(identifier(name))}
						>
							<span class="schema-column">{name}</span>
							<span class="schema-type">{type.toLowerCase()}</span>
						</button>
					</li>
				))}
			</ul>
		</details>
	);
}
