import { batch, computed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { DroppedFile } from "../../../workers/engine-api.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { literal } from "../../lib/sql/literal.ts";
import type { OwnKind } from "../../lib/sql/own-files.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../lib/text/format.ts";
import { addFile, droppedFiles, removeFile } from "../shared/engine/engine.ts";
import { sentenceOf } from "../shared/error-sentence.ts";
import { focusIfLost } from "../shared/focus.ts";
import {
	chosenFiles,
	type DroppedFiles,
	useFileDrop,
} from "../shared/own-data/dropped-files.ts";
import { FILES_BEING_READ, tellUnkept } from "../shared/own-data/unkept.ts";
import { keptBytes, ownTables } from "./own-data.ts";
import { readableFiles } from "./readable-files.ts";

const ENDINGS = ".parquet,.csv,.tsv,.txt,.json,.jsonl,.ndjson,.gpx,.gz";

/** What DuckDB's reader of CSV adds to an error: all the options it read with. */
const READER_OPTIONS = /\n\s*file = /;

/** Refusals that are told one by one. */
const TOLD_REFUSED = 20;

/** Files that are on their way into the engine. */
interface Reading {
	/** With the folders below the one that was given. */
	readonly path: string;
	readonly done: number;
	readonly total: number;
	/** Leaves out those after this one. */
	readonly stop: () => void;
}

/** The visitor's own files: a button to add some, a page to drop them on, and what is there. */
export function Sources(props: { readonly onName: (text: string) => void }) {
	const reading = useSignal<Reading | null>(null);
	const refused = useSignal<readonly { name: string; why: string }[]>([]);
	/** How many were refused besides. */
	const untold = useSignal(0);
	/** How many files of folders are of other kinds. */
	const others = useSignal(0);
	const removing = useSignal<readonly string[]>([]);
	const said = useSignal("");
	const isOver = useSignal(false);
	const input = useRef<HTMLInputElement>(null);
	const title = useRef<HTMLHeadingElement>(null);
	const section = useRef<HTMLElement>(null);

	const queue = useRef<Promise<void>>(Promise.resolve());
	const refuse = (name: string, why: string) => {
		if (refused.value.length === TOLD_REFUSED) untold.value += 1;
		else refused.value = [...refused.value, { name, why }];
	};
	const read = async ({ files: given, problems }: DroppedFiles) => {
		const { files, others: left } = readableFiles(given);
		const controller = new AbortController();
		const stop = () => controller.abort();
		batch(() => {
			refused.value = [];
			untold.value = 0;
			others.value = left;
			for (const { path, reason } of problems) refuse(path, reason);
		});
		// What becomes of them is told there.
		section.current?.scrollTo({ top: 0 });
		let done = 0;
		let last = "";
		for (const { path, blob } of files) {
			if (controller.signal.aborted) break;
			reading.value = { path, done, total: files.length, stop };
			try {
				const file = new File([blob], path.slice(path.lastIndexOf("/") + 1));
				const { name, rows } = await addFile(file);
				last = `${name} is here: ${formatCounted(rows, "row")}`;
			} catch (error) {
				const message = error instanceof Error ? error.message : String(error);
				const [why = message] = message.split(READER_OPTIONS);
				refuse(path, why);
				last = `${path} could not be read`;
			}
			said.value = last;
			done += 1;
		}
		if (done < files.length)
			last = `Stopped: ${formatCounted(files.length - done, "file")} not read`;
		batch(() => {
			reading.value = null;
			said.value = [last, left > 0 ? leftOut(left) : ""]
				.filter((words) => words !== "")
				.join(". ");
		});
		if (controller.signal.aborted) focusIfLost(() => title.current);
	};
	/** After those that are being read. */
	const add = (dropped: DroppedFiles) => {
		queue.current = queue.current.then(() => read(dropped));
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

	useEffect(() => {
		tellUnkept(
			computed(() => (reading.value === null ? [] : [FILES_BEING_READ])),
		);
	}, []);

	useFileDrop((over) => {
		isOver.value = over;
	}, add);

	return (
		<section class="sources" aria-label="Your files" ref={section}>
			<div class="sources-head">
				<h2 class="sources-title" ref={title} tabIndex={-1}>
					Your files
				</h2>
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
							add({ files, problems: [] });
						}}
					/>
				</label>
			</div>
			<p class="sources-about">
				Drop Parquet, CSV, JSON or GPX on this page, packed or not. Files stay
				in this tab and leave it with you: nothing is uploaded.
			</p>
			{reading.value !== null && (
				<div class="sources-kept">
					<p class="sources-reading">
						Reading {reading.value.path}
						{reading.value.total > 1 &&
							`, ${formatCount(reading.value.done + 1)} of ${formatCount(reading.value.total)}`}{" "}
						…
					</p>
					{reading.value.total > 1 && (
						<button type="button" class="button" onClick={reading.value.stop}>
							Stop
						</button>
					)}
				</div>
			)}
			{refused.value.map(({ name, why }, index) => (
				<p key={index} class="sources-refused">
					{sentenceOf(new Error(refusal(name, why)))}
				</p>
			))}
			{untold.value > 0 && (
				<p class="sources-refused">
					And {formatCounted(untold.value, "other file")} could not be read.
				</p>
			)}
			{others.value > 0 && (
				<p class="sources-reading">{leftOut(others.value)}.</p>
			)}
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
			<KeptOwn
				onOpened={(kind) => {
					said.value = `Your own ${kind} are here`;
				}}
				onEnded={() => focusIfLost(() => title.current)}
			/>
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

/** An error of the engine tells the name of the file, without its folders. */
function refusal(path: string, why: string): string {
	const folder = path.slice(0, path.lastIndexOf("/") + 1);
	return why.startsWith(path.slice(folder.length))
		? folder + why
		: `${path}: ${why}`;
}

function leftOut(files: number): string {
	return `${formatCounted(files, "file")} of other kinds ${files === 1 ? "is" : "are"} left out`;
}

/** The visitor's own data that are kept on this device, where SQL cannot name them yet. */
function KeptOwn(props: {
	readonly onOpened: (kind: OwnKind) => void;
	readonly onEnded: () => void;
}) {
	const kept = keptBytes.value;
	const failure = useSignal<unknown>(null);
	if (kept === null) return null;
	const open = async (kind: OwnKind) => {
		failure.value = null;
		try {
			await ownTables.openKind(kind);
			props.onOpened(kind);
		} catch (error) {
			failure.value = error;
		} finally {
			props.onEnded();
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
			<p class="sources-refused" role="alert">
				{failure.value !== null && sentenceOf(failure.value)}
			</p>
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
				<span class="schema-rows">{formatCounted(file.rows, "row")}</span>
			</summary>
			<div class="source-actions">
				<button
					type="button"
					class="button"
					onClick={() => onName(literal(file.name))}
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
