import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { DroppedFile, Progress } from "../../../workers/engine-api.ts";
import type { ChartChoice } from "../../charts/answer-encoding.ts";
import type { Catalog } from "../../lib/catalog.ts";
import { holdsSignedAddress } from "../../lib/signed-address.ts";
import { examplesFor } from "../../queries/examples.ts";
import { BucketKeysForm, SignedInBuckets } from "../shared/bucket-keys.tsx";
import { download } from "../shared/download.ts";
import { droppedFiles, engineState, ownObjects } from "../shared/engine.ts";
import { siteRoot } from "../shared/lake.ts";
import { Empty, Failure, Loading } from "../shared/states.tsx";
import { csvFile } from "./csv.ts";
import type { CompletedTable } from "./dialect.ts";
import {
	type Draft,
	type DraftStore,
	dropPrevious,
	keepDraft,
	openDraft,
	replaceDraft,
	swapDraft,
} from "./draft.ts";
import { createEditor, type Editor } from "./editor.ts";
import { FailureCard } from "./failure.tsx";
import { type Cell, ResultGrid } from "./grid.ts";
import { linkInHash, linkTo, type SqlLink } from "./link.ts";
import { Changed, OwnList } from "./own.tsx";
import { keptBytes, ownTables } from "./own-data.ts";
import { PlanPanel } from "./plan.tsx";
import type { Result } from "./result.ts";
import { Schema } from "./schema.tsx";
import { Sources } from "./sources.tsx";
import { ValueDialog } from "./value-dialog.tsx";
import {
	changeSentence,
	counted,
	outcome,
	priceSentence,
	progressWords,
} from "./words.ts";
import type { Answered, PriceStatus, Workbench } from "./workbench.ts";

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
						DuckDB over {counted(catalog.tables.length, "table")} with{" "}
						{counted(rows, "row")}, on your machine.
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
					<details class="sql-buckets">
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

export interface Live {
	readonly workbench: Workbench;
	readonly store: DraftStore;
	readonly draft: Draft;
	/** What the editor holds where the visitor has no text yet. */
	readonly starter: string;
	/** Whether tables stand beside the editor; else they are above it, folded. */
	readonly isWide: boolean;
}

function Bench(props: {
	readonly catalog: Catalog;
	readonly live: Live;
	readonly editor: { current: Editor | null };
	/** Takes what puts an example into the editor. */
	readonly example: { current: (sql: string) => void };
}) {
	const { catalog, live, editor, example } = props;
	const { workbench, store } = live;
	const draft = useSignal(live.draft);
	const wasRun = useSignal(false);
	const choice = useSignal(linkInHash(location.hash)?.chart ?? null);
	const view = useSignal<View>(choice.value === null ? "rows" : "chart");
	/** The chart that shows, null where none does. */
	const drawn = useSignal<ChartChoice | null>(null);
	const notice = useSignal("");
	const opened = useSignal<Cell | null>(null);
	const grid = useRef<ResultGrid | null>(null);
	const host = useRef<HTMLDivElement>(null);

	const link = (): SqlLink => ({
		sql: workbench.text.peek(),
		chart: view.value === "chart" ? (drawn.value ?? choice.value) : null,
	});
	const setDraft = (next: Draft) => {
		wasRun.value = false;
		draft.value = next;
		editor.current?.replace(next.text);
	};
	const run = () => {
		wasRun.value = true;
		void workbench.run();
	};
	example.current = (sql) => {
		const examples = catalog.tables.flatMap((table) => examplesFor(table));
		const isOwn = !examples.some((each) => each.sql === draft.value.text);
		setDraft(replaceDraft(store, draft.value, sql, isOwn));
		editor.current?.focus();
	};

	useEffect(() => {
		if (host.current === null) return;
		const created = createEditor(host.current, {
			text: draft.peek().text,
			onChange(text) {
				if (text !== draft.peek().text)
					draft.value = keepDraft(store, draft.peek(), text);
				workbench.text.value = text;
				created.mark(null);
				leaveLink(text);
			},
			onRun: run,
			onEscape: () => workbench.cancel(),
		});
		editor.current = created;
		const followLink = () => {
			// The link to the content, for one, carries no text.
			const followed = linkInHash(location.hash);
			if (location.hash !== "" && followed === null) return;
			choice.value = followed?.chart ?? null;
			view.value = choice.value === null ? "rows" : "chart";
			setDraft(openDraft(store, location.hash, live.starter));
		};
		const onKey = (event: KeyboardEvent) => {
			if (event.defaultPrevented || opened.peek() !== null) return;
			if (event.key === "Escape" && workbench.cancel()) event.preventDefault();
			if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			run();
		};
		window.addEventListener("hashchange", followLink);
		document.addEventListener("keydown", onKey);
		return () => {
			window.removeEventListener("hashchange", followLink);
			document.removeEventListener("keydown", onKey);
			created.destroy();
		};
	}, []);

	// A value of an answer that is forgotten shows no more, and keys are the page's again.
	useSignalEffect(() => {
		if (workbench.answer.value === null) opened.value = null;
	});

	// An address that carries the text carries how its answer shows.
	useSignalEffect(() => {
		const next = link();
		if (linkInHash(location.hash)?.sql === next.sql)
			history.replaceState(null, "", linkTo(next));
	});

	// Of a publication that came meanwhile, too.
	useSignalEffect(() => {
		const files = droppedFiles.value;
		editor.current?.complete([...catalog.tables, ...files.map(asTable)]);
	});
	useEffect(() => {
		const files = droppedFiles.peek();
		editor.current?.complete([...catalog.tables, ...files.map(asTable)]);
	}, [catalog]);

	useSignalEffect(() => {
		const status = workbench.status.value;
		if (status.kind === "running") {
			notice.value = "";
			editor.current?.mark(null);
		}
		// A chart stays one: the next answer is looked at as the one before.
		if (status.kind === "answered" && view.peek() === "plan")
			view.value = "rows";
		if (status.kind !== "failed") return;
		const { place, text } = status.failure.problem;
		editor.current?.mark(place && { place, text });
	});

	return (
		<section class="sql-bench" aria-label="Query">
			<div class="sql-text">
				<div class="sql-editor" ref={host} />
				<div class="sql-notices">
					<OwnNotice text={workbench.text.value} />
					<DraftNotice
						draft={draft.value}
						wasRun={wasRun.value}
						isChart={view.value === "chart"}
						onSwap={() => setDraft(swapDraft(store, draft.value))}
						onDrop={() => {
							draft.value = dropPrevious(store, draft.value);
							editor.current?.focus();
						}}
					/>
				</div>
			</div>
			<Toolbar
				workbench={workbench}
				notice={notice.value}
				onRun={run}
				onShare={() => void share(link(), notice)}
			/>
			<Results
				workbench={workbench}
				catalog={catalog}
				view={view.value}
				onView={(next) => {
					view.value = next;
				}}
				choice={choice.value}
				onChoice={(next) => {
					choice.value = next;
				}}
				onDrawn={(next) => {
					drawn.value = next;
				}}
				grid={grid}
				editor={editor}
				onOpen={(cell) => {
					opened.value = cell;
				}}
				onCopy={(cell) => void copyCell(workbench, cell, notice)}
				onRetry={run}
			/>
			{opened.value !== null && workbench.answer.value !== null && (
				<ValueDialog
					result={workbench.answer.value.result}
					cell={opened.value}
					onCopy={(cell) => void copyCell(workbench, cell, notice)}
					onClose={() => {
						opened.value = null;
						grid.current?.element.focus();
					}}
				/>
			)}
		</section>
	);
}

/** A dropped file as completion takes tables. */
function asTable({ name, rows, columns }: DroppedFile): CompletedTable {
	return {
		name,
		rows,
		description: "Your file",
		columns: columns.map((column) => ({
			...column,
			unit: null,
			description: "",
		})),
	};
}

/** A text that is no longer the link's takes the link out of the address, so that a reload keeps it. */
function leaveLink(text: string): void {
	const linked = linkInHash(location.hash);
	if (linked === null || linked.sql === text) return;
	history.replaceState(null, "", location.pathname + location.search);
}

/** Where the visitor's own data that the text names are to be had, as far as they are not kept here. */
function OwnNotice({ text }: { readonly text: string }) {
	const kept = keptBytes.value;
	if (kept === null) return null;
	const missing = ownTables.missingIn(text).filter((kind) => kept[kind] === 0);
	return missing.map((kind) => (
		<div key={kind} class="sql-notice" role="status">
			<p>
				This asks your own {kind}: add them on the page of {kind}, and keep them
				there.
			</p>
			<a class="button" href={`${siteRoot()}${kind}/`}>
				Go to {kind}
			</a>
		</div>
	));
}

function DraftNotice(props: {
	readonly draft: Draft;
	readonly wasRun: boolean;
	/** Whether the answer will show as a chart. */
	readonly isChart: boolean;
	readonly onSwap: () => void;
	readonly onDrop: () => void;
}) {
	const { draft, wasRun, isChart, onSwap, onDrop } = props;
	const isUnread = draft.isFromLink && !wasRun;
	if (!isUnread && draft.previous === null) return null;
	return (
		<div class="sql-notice" role="status">
			<p>
				{isUnread
					? `From a link: read it, then run it.${isChart ? " The answer shows as a chart." : ""}`
					: "Your earlier text is kept."}
			</p>
			{draft.previous !== null && (
				<button type="button" class="button" onClick={onSwap}>
					Back to my text
				</button>
			)}
			{!draft.isFromLink && (
				<button type="button" class="button" onClick={onDrop}>
					Forget it
				</button>
			)}
		</div>
	);
}

function Toolbar(props: {
	readonly workbench: Workbench;
	readonly notice: string;
	readonly onRun: () => void;
	readonly onShare: () => void;
}) {
	const { workbench, notice, onRun, onShare } = props;
	const status = workbench.status.value;
	const progress =
		status.kind === "running"
			? progressWords(status.progress ?? engineProgress())
			: null;
	return (
		<div class="sql-toolbar">
			{progress === null ? (
				<button
					type="button"
					class="button button-primary sql-run"
					aria-keyshortcuts="Control+Enter Meta+Enter"
					disabled={workbench.text.value.trim() === ""}
					onClick={onRun}
				>
					Run <kbd>{SHORTCUT}</kbd>
				</button>
			) : (
				<button
					type="button"
					class="button sql-run"
					aria-keyshortcuts="Escape"
					onClick={() => workbench.cancel()}
				>
					Cancel <kbd>Esc</kbd>
				</button>
			)}
			<div class="sql-price">
				{progress === null ? (
					<p aria-busy={workbench.pricedText.value !== workbench.text.value}>
						<Price price={workbench.price.value} />
					</p>
				) : (
					<>
						<p>
							{progress.text}
							{status.kind === "running" &&
								status.sql !== workbench.text.value &&
								". The price of the new text shows after it."}
						</p>
						<progress
							aria-label={progress.text}
							max={1}
							value={progress.done ?? undefined}
						/>
					</>
				)}
			</div>
			<p class="sql-said" role="status">
				{notice}
			</p>
			<button type="button" class="button" onClick={onShare}>
				Copy link
			</button>
		</div>
	);
}

/** A run that waits for the engine shows how far that is. */
function engineProgress(): Progress | null {
	const state = engineState.value;
	return state.kind === "loading" ? { stage: "engine", ...state } : null;
}

const SHORTCUT =
	typeof navigator !== "undefined" &&
	/Mac|iP(hone|ad)/.test(navigator.userAgent)
		? "⌘ Enter"
		: "Ctrl Enter";

function Price({ price }: { readonly price: PriceStatus }) {
	switch (price.kind) {
		case "none":
			return null;
		case "waiting":
			return engineState.value.kind === "failed" ? (
				<>The engine did not start: Run tries again.</>
			) : (
				<>The price shows once the engine is here.</>
			);
		case "pending":
			return <>Planning …</>;
		case "unopened":
			return (
				<>
					What this reads of your own {price.own.join(" and ")} shows once they
					are open: Run opens them.
				</>
			);
		case "known":
			return (
				<>
					{price.refusal !== null && (
						<>
							<span class="sql-refused">
								It will not run: {price.refusal}.
							</span>{" "}
						</>
					)}
					{priceSentence(price)}
				</>
			);
		case "refused":
			return (
				<span class="sql-refused">
					{price.failure.problem.text.split("\n")[0]}
				</span>
			);
	}
}

/** How an answer is looked at. */
type View = keyof typeof VIEWS;

const VIEWS = { rows: "Rows", chart: "Chart", plan: "Plan" };

function Results(props: {
	readonly workbench: Workbench;
	readonly catalog: Catalog;
	readonly view: View;
	readonly onView: (view: View) => void;
	readonly choice: ChartChoice | null;
	readonly onChoice: (choice: ChartChoice) => void;
	readonly onDrawn: (choice: ChartChoice | null) => void;
	readonly grid: { current: ResultGrid | null };
	readonly editor: { current: Editor | null };
	readonly onOpen: (cell: Cell) => void;
	readonly onCopy: (cell: Cell) => void;
	readonly onRetry: () => void;
}) {
	const { workbench, catalog, view, onView, editor } = props;
	const status = workbench.status.value;
	const answer = workbench.answer.value;
	const price = workbench.price.value;
	const isStale = status.kind !== "answered";
	return (
		<div
			class="sql-results"
			tabIndex={-1}
			aria-busy={status.kind === "running"}
			data-runs-ended={workbench.runsEnded.value}
		>
			<div class="sql-results-head">
				<p class="sql-outcome" role="status" aria-live="polite">
					{said(status.kind, answer)}
				</p>
				{answer !== null && (
					<>
						<fieldset class="sql-views">
							<legend class="visually-hidden">Show</legend>
							{(Object.keys(VIEWS) as View[]).map((each) => (
								<button
									key={each}
									type="button"
									aria-pressed={view === each}
									onClick={() => onView(each)}
								>
									{VIEWS[each]}
								</button>
							))}
						</fieldset>
						{answer.change === null && <Download answer={answer} />}
					</>
				)}
			</div>
			{status.kind === "failed" && (
				<FailureCard
					failure={status.failure}
					scans={price.kind === "known" ? price.scans : []}
					tables={catalog.tables}
					onShow={(place) => editor.current?.show(place)}
					onRetry={props.onRetry}
				/>
			)}
			{answer === null ? (
				status.kind !== "failed" && (
					<Empty>
						<p>
							Write SQL or take an example, then press Run
							<span class="sql-shortcut">
								{" "}
								or <kbd>{SHORTCUT}</kbd>
							</span>
							. Nothing runs by itself.
						</p>
					</Empty>
				)
			) : (
				<div class={isStale ? "sql-answer is-stale" : "sql-answer"}>
					{answer.change !== null && view !== "plan" && (
						<Changed change={answer.change} />
					)}
					<Grid
						answer={answer}
						isShown={view === "rows" && answer.change === null}
						grid={props.grid}
						onOpen={props.onOpen}
						onCopy={props.onCopy}
					/>
					{view === "chart" && answer.change === null && (
						<ChartView
							result={answer.result}
							choice={props.choice}
							onChoice={props.onChoice}
							onDrawn={props.onDrawn}
						/>
					)}
					{view === "plan" && (
						<PlanPanel
							plan={answer.plan}
							milliseconds={answer.milliseconds}
							version={answer.version}
						/>
					)}
				</div>
			)}
		</div>
	);
}

function said(kind: string, answer: Answered | null): string {
	if (kind === "running") return "";
	const before = answer === null ? "" : " The answer before stays below.";
	if (kind === "cancelled") return `Cancelled.${before}`;
	if (kind === "failed") return answer === null ? "" : `Did not run.${before}`;
	if (answer === null) return "";
	return answer.change === null
		? outcome(answer.result.rows, answer.milliseconds)
		: changeSentence(answer.change);
}

function Grid(props: {
	readonly answer: Answered;
	readonly isShown: boolean;
	readonly grid: { current: ResultGrid | null };
	readonly onOpen: (cell: Cell) => void;
	readonly onCopy: (cell: Cell) => void;
}) {
	const { answer, isShown, grid } = props;
	const host = useRef<HTMLDivElement>(null);
	// Before the page says that it has answered: it must not do so over earlier rows.
	useLayoutEffect(() => {
		const created = new ResultGrid({
			onOpen: (cell) => props.onOpen(cell),
			onCopy: (cell) => props.onCopy(cell),
		});
		host.current?.append(created.element);
		grid.current = created;
		return () => {
			created.destroy();
			grid.current = null;
		};
	}, []);
	useLayoutEffect(() => grid.current?.show(answer.result), [answer]);
	const { result } = answer;
	return (
		<div class="grid-host" ref={host} hidden={!isShown}>
			{result.rows === 0 && <p class="grid-none">The answer has no rows.</p>}
		</div>
	);
}

/** The answer as a picture; what draws it comes once it is asked for. */
function ChartView(props: {
	readonly result: Result;
	readonly choice: ChartChoice | null;
	readonly onChoice: (choice: ChartChoice) => void;
	readonly onDrawn: (choice: ChartChoice | null) => void;
}) {
	const code = useSignal<typeof import("./answer-chart.tsx") | null>(null);
	const problem = useSignal<unknown>(null);
	const load = async () => {
		problem.value = null;
		try {
			code.value = await import("./answer-chart.tsx");
		} catch (error) {
			problem.value = error;
		}
	};
	useEffect(() => void load(), []);
	if (problem.value !== null)
		return <Failure error={problem.value} onRetry={load} />;
	if (code.value === null) return <Loading what="the chart" />;
	return <code.value.AnswerChart {...props} />;
}

function Download({ answer }: { readonly answer: Answered }) {
	const stop = useSignal<AbortController | null>(null);
	const isBusy = useComputed(() => stop.value !== null);
	const write = async () => {
		const controller = new AbortController();
		stop.value = controller;
		try {
			download(await csvFile(answer.result, controller.signal), "lakeside.csv");
		} catch (error) {
			if (!controller.signal.aborted) throw error;
		} finally {
			stop.value = null;
		}
	};
	useEffect(() => () => stop.peek()?.abort(), [answer]);
	return (
		<button
			type="button"
			class="button"
			disabled={isBusy.value}
			onClick={() => void write()}
		>
			{isBusy.value ? "Writing …" : "Download CSV"}
		</button>
	);
}

const SIGNED_ADDRESS =
	"The text holds a signed address: whoever gets the link can read that file. Once more copies it.";

async function share(link: SqlLink, notice: { value: string }): Promise<void> {
	if (holdsSignedAddress(link.sql) && notice.value !== SIGNED_ADDRESS) {
		notice.value = SIGNED_ADDRESS;
		return;
	}
	const address = linkTo(link);
	history.replaceState(null, "", address);
	notice.value = (await copied(address))
		? "Link copied"
		: "The link is in the address bar";
}

async function copyCell(
	workbench: Workbench,
	{ row, column }: Cell,
	notice: { value: string },
): Promise<void> {
	const text = workbench.answer.peek()?.result.text(row, column) ?? "";
	notice.value = (await copied(text))
		? "Copied"
		: "The browser does not allow copying";
}

async function copied(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}
