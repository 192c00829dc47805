import {
	type Signal,
	useComputed,
	useSignal,
	useSignalEffect,
} from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { DroppedFile } from "../../../workers/engine-api.ts";
import type { ChartChoice } from "../../charts/answer-encoding.ts";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { holdsSignedAddress } from "../../lib/hosts/signed-address.ts";
import { examplesFor } from "../../queries/examples.ts";
import { droppedFiles } from "../shared/engine/engine.ts";
import { copied } from "../shared/files/clipboard.ts";
import { siteRoot } from "../shared/lake/lake.ts";
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
import type { Cell, ResultGrid } from "./grid.ts";
import { keepRun } from "./history.ts";
import { linkInHash, linkTo, type SqlLink } from "./link.ts";
import { keptBytes, ownTables } from "./own-data.ts";
import type { Result } from "./result.ts";
import { Results, type View } from "./results.tsx";
import { nextOrder, ordered, type RowOrder } from "./row-order.ts";
import { Toolbar } from "./toolbar.tsx";
import { ValueDialog } from "./value-dialog.tsx";
import type { Answered, Workbench } from "./workbench.ts";

export interface Live {
	readonly workbench: Workbench;
	readonly store: DraftStore;
	readonly draft: Draft;
	/** Texts that ran in this browser. */
	readonly history: Signal<readonly string[]>;
	/** What the editor holds where the visitor has no text yet. */
	readonly starter: string;
	/** Whether tables stand beside the editor; else they are above it, folded. */
	readonly isWide: boolean;
}

/** The editor with its toolbar, and what a run answers. */
export function Bench(props: {
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
	const order = useSignal<(RowOrder & { readonly of: Answered }) | null>(null);
	/** Null also of an answer that came since. */
	const orderNow = useComputed(() =>
		order.value?.of === workbench.answer.value ? order.value : null,
	);
	/** The answer's rows as they are looked at. */
	const shown = useComputed(() => {
		const result = workbench.answer.value?.result ?? null;
		return result === null || orderNow.value === null
			? result
			: ordered(result, orderNow.value);
	});
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
		const text = workbench.text.peek();
		if (text.trim() !== "") live.history.value = keepRun(store, text);
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
		if (workbench.answer.value !== null) return;
		opened.value = null;
		order.value = null;
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
				shown={shown.value}
				order={orderNow.value}
				onOrder={(column) => {
					const of = workbench.answer.peek();
					const next = nextOrder(orderNow.peek(), column);
					order.value = of && next && { ...next, of };
				}}
				grid={grid}
				editor={editor}
				onOpen={(cell) => {
					opened.value = cell;
				}}
				onCopy={(cell) => void copyCell(shown.value, cell, notice)}
				onCopyAll={(text) => void copy(text, notice)}
				onRetry={run}
			/>
			{opened.value !== null && shown.value !== null && (
				<ValueDialog
					result={shown.value}
					cell={opened.value}
					onCopy={(cell) => void copyCell(shown.value, cell, notice)}
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
	result: Result | null,
	{ row, column }: Cell,
	notice: { value: string },
): Promise<void> {
	await copy(result?.text(row, column) ?? "", notice);
}

async function copy(text: string, notice: { value: string }): Promise<void> {
	notice.value = (await copied(text))
		? "Copied"
		: "The browser does not allow copying";
}
