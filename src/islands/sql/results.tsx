import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ChartChoice } from "../../charts/answer-encoding.ts";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { isExplanation } from "../../lib/sql/explanation.ts";
import { download } from "../shared/files/download.ts";
import { Empty, Failure, Loading } from "../shared/states.tsx";
import { csvFile, tabbedText } from "./csv.ts";
import type { Editor } from "./editor.ts";
import { FailureCard } from "./failure.tsx";
import { type Cell, ResultGrid } from "./grid.ts";
import { Changed } from "./own.tsx";
import { PlanPanel } from "./plan.tsx";
import type { Result } from "./result.ts";
import type { RowOrder } from "./row-order.ts";
import { SHORTCUT } from "./toolbar.tsx";
import { changeSentence, outcome } from "./words.ts";
import type { Answered, Workbench } from "./workbench.ts";

/** How an answer is looked at. */
export type View = keyof typeof VIEWS;

/** More is a file's: a browser waits while a text is made. */
const MOST_COPIED_ROWS = 100_000;

const VIEWS = { rows: "Rows", chart: "Chart", plan: "Plan" };

/** What the last run answered: as rows, as a chart, or by its plan. */
export function Results(props: {
	readonly workbench: Workbench;
	readonly catalog: Catalog;
	readonly view: View;
	readonly onView: (view: View) => void;
	readonly choice: ChartChoice | null;
	readonly onChoice: (choice: ChartChoice) => void;
	readonly onDrawn: (choice: ChartChoice | null) => void;
	/** The rows as they are looked at; null before the first answer. */
	readonly shown: Result | null;
	readonly order: RowOrder | null;
	/** Asks for the rows by a column. */
	readonly onOrder: (column: number) => void;
	readonly grid: { current: ResultGrid | null };
	readonly editor: { current: Editor | null };
	readonly onOpen: (cell: Cell) => void;
	readonly onCopy: (cell: Cell) => void;
	/** Takes the whole answer as a text. */
	readonly onCopyAll: (text: string) => void;
	readonly onRetry: () => void;
}) {
	const { workbench, catalog, view, onView, editor, shown } = props;
	const status = workbench.status.value;
	const answer = workbench.answer.value;
	const price = workbench.price.value;
	const isStale = status.kind !== "answered";
	const explained = answer === null ? null : explanationIn(answer.result);
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
						{answer.change === null && shown !== null && (
							<>
								{shown.rows <= MOST_COPIED_ROWS && (
									<button
										type="button"
										class="button"
										onClick={() =>
											props.onCopyAll(explained ?? tabbedText(shown))
										}
									>
										Copy
									</button>
								)}
								<Download result={shown} />
							</>
						)}
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
			{answer === null || shown === null ? (
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
						shown={shown}
						order={props.order}
						onOrder={props.onOrder}
						isShown={
							view === "rows" && answer.change === null && explained === null
						}
						grid={props.grid}
						onOpen={props.onOpen}
						onCopy={props.onCopy}
					/>
					{view === "rows" && explained !== null && (
						// biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by keys
						<pre class="sql-explained" tabIndex={0}>
							{explained}
						</pre>
					)}
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

/** DuckDB's drawing of how it runs a query, where the answer is that of `EXPLAIN`. */
function explanationIn({ columns, rows, text }: Result): string | null {
	return rows === 1 && isExplanation(columns) ? text(0, 1) : null;
}

function Grid(props: {
	readonly answer: Answered;
	readonly shown: Result;
	readonly order: RowOrder | null;
	readonly onOrder: (column: number) => void;
	readonly isShown: boolean;
	readonly grid: { current: ResultGrid | null };
	readonly onOpen: (cell: Cell) => void;
	readonly onCopy: (cell: Cell) => void;
}) {
	const { answer, shown, order, isShown, grid } = props;
	const host = useRef<HTMLDivElement>(null);
	// Before the page says that it has answered: it must not do so over earlier rows.
	useLayoutEffect(() => {
		const created = new ResultGrid({
			onOpen: (cell) => props.onOpen(cell),
			onCopy: (cell) => props.onCopy(cell),
			onOrder: (column) => props.onOrder(column),
		});
		host.current?.append(created.element);
		grid.current = created;
		return () => {
			created.destroy();
			grid.current = null;
		};
	}, []);
	const last = useRef<Answered | null>(null);
	useLayoutEffect(() => {
		if (last.current === answer) grid.current?.reorder(shown, order);
		else grid.current?.show(shown, order);
		last.current = answer;
	}, [answer, shown]);
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

function Download({ result }: { readonly result: Result }) {
	const stop = useSignal<AbortController | null>(null);
	const isBusy = useComputed(() => stop.value !== null);
	const write = async () => {
		const controller = new AbortController();
		stop.value = controller;
		try {
			download(await csvFile(result, controller.signal), "lakeside.csv");
		} catch (error) {
			if (!controller.signal.aborted) throw error;
		} finally {
			stop.value = null;
		}
	};
	useEffect(() => () => stop.peek()?.abort(), [result]);
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
