import {
	acceptCompletion,
	autocompletion,
	closeBrackets,
	closeBracketsKeymap,
	closeCompletion,
	completionStatus,
} from "@codemirror/autocomplete";
import { sql } from "@codemirror/lang-sql";
import {
	bracketMatching,
	HighlightStyle,
	syntaxHighlighting,
} from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorSelection, Prec } from "@codemirror/state";
import {
	EditorView,
	highlightActiveLine,
	keymap,
	lineNumbers,
	placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import {
	type CompletedTable,
	columnsInScope,
	DUCKDB,
	schemaOf,
} from "./dialect.ts";
import type { Place } from "./error-place.ts";

export interface Editor {
	focus(): void;
	/** Replaces the text, as one step that undo takes back. */
	replace(text: string): void;
	/** Puts text in place of the selection, and the cursor after it. */
	insert(text: string): void;
	/** Selects a place and scrolls to it. */
	show(place: Place): void;
	/** Underlines a place, with its message; null takes the mark away. */
	mark(problem: { readonly place: Place; readonly text: string } | null): void;
	complete(tables: readonly CompletedTable[]): void;
	destroy(): void;
}

/**
 * The editor, in a shadow root: there CodeMirror adopts its style sheets, where in
 * a document it would add a `<style>` element that the page's CSP forbids.
 */
export function createEditor(
	host: HTMLElement,
	options: {
		readonly text: string;
		onChange(text: string): void;
		onRun(): void;
		/** Called for Escape where it closes nothing in the editor; whether it did something. */
		onEscape(): boolean;
	},
): Editor {
	const language = new Compartment();
	const parent = host.attachShadow({ mode: "open" });
	const view = new EditorView({
		parent,
		root: parent,
		doc: options.text,
		extensions: [
			Prec.highest(
				keymap.of([
					{
						key: "Mod-Enter",
						run: (target) => {
							closeCompletion(target);
							options.onRun();
							return true;
						},
					},
					{ key: "Tab", run: takeCompletion },
				]),
			),
			Prec.low(keymap.of([{ key: "Escape", run: () => options.onEscape() }])),
			minimalSetup,
			lineNumbers(),
			highlightActiveLine(),
			bracketMatching(),
			closeBrackets(),
			keymap.of(closeBracketsKeymap),
			autocompletion({ icons: false }),
			EditorView.lineWrapping,
			EditorView.contentAttributes.of({
				"aria-label": "SQL",
				autocapitalize: "off",
				autocorrect: "off",
				spellcheck: "false",
			}),
			placeholder("select …"),
			language.of(languageFor([])),
			syntaxHighlighting(HIGHLIGHT),
			THEME,
			EditorView.domEventHandlers({ beforeinput: typeOver }),
			EditorView.updateListener.of((update) => {
				if (update.docChanged) options.onChange(update.state.doc.toString());
			}),
		],
	});
	return {
		focus: () => view.focus(),
		replace(text) {
			if (text === view.state.doc.toString()) return;
			view.dispatch({
				changes: { from: 0, to: view.state.doc.length, insert: text },
				selection: EditorSelection.cursor(text.length),
				userEvent: "input.replace",
			});
		},
		insert(text) {
			view.dispatch(view.state.replaceSelection(spaced(view, text)), {
				scrollIntoView: true,
				userEvent: "input.insert",
			});
			view.focus();
		},
		show(place) {
			view.dispatch({
				selection: EditorSelection.range(place.from, place.to),
				scrollIntoView: true,
			});
			view.focus();
		},
		mark(problem) {
			const length = view.state.doc.length;
			view.dispatch(
				setDiagnostics(
					view.state,
					problem === null || problem.place.to > length
						? []
						: [
								{
									from: problem.place.from,
									to: problem.place.to,
									severity: "error",
									message: problem.text,
								},
							],
				),
			);
		},
		complete(tables) {
			view.dispatch({ effects: language.reconfigure(languageFor(tables)) });
		},
		destroy: () => view.destroy(),
	};
}

function languageFor(tables: readonly CompletedTable[]) {
	return [
		sql({ dialect: DUCKDB, schema: schemaOf(tables) }),
		DUCKDB.language.data.of({ autocomplete: columnsInScope(tables) }),
	];
}

/** Takes the completion; one that has just appeared is not taken yet, and Tab waits. */
function takeCompletion(view: EditorView): boolean {
	return acceptCompletion(view) || completionStatus(view.state) === "active";
}

/**
 * Types over a selection ourselves, and puts in what comes at once: the browser would
 * keep the look of what stands there in style attributes, which the page's CSP forbids
 * and reports.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
	const { data, inputType } = event;
	const { from, to, empty } = view.state.selection.main;
	if (inputType !== "insertText" || data === null || view.composing)
		return false;
	if (empty && data.length === 1) return false;
	const insert = () =>
		view.state.update(view.state.replaceSelection(data), {
			scrollIntoView: true,
			userEvent: "input.type",
		});
	const isHandled = view.state
		.facet(EditorView.inputHandler)
		.some((handle) => handle(view, from, to, data, insert));
	if (!isHandled) view.dispatch(insert());
	return true;
}

/** A name that is put right after another word gets a space before it. */
function spaced(view: EditorView, text: string): string {
	const { from } = view.state.selection.main;
	return /[\w"]/.test(view.state.sliceDoc(from - 1, from)) ? ` ${text}` : text;
}

const HIGHLIGHT = HighlightStyle.define([
	{ tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
	{ tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
	{ tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
	{ tag: tags.typeName, color: "var(--code-type)" },
	{ tag: tags.standard(tags.name), color: "var(--code-function)" },
	{ tag: [tags.comment], color: "var(--text-muted)", fontStyle: "italic" },
]);

const THEME = EditorView.theme({
	"&": {
		blockSize: "100%",
		color: "var(--text)",
		backgroundColor: "var(--surface)",
		fontSize: "0.875rem",
	},
	"&.cm-focused": { outline: "none" },
	".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.55" },
	".cm-content": {
		caretColor: "var(--text)",
		paddingBlock: "0.75rem 3.5rem",
	},
	".cm-line": { paddingInline: "0.5rem 1rem" },
	".cm-gutters": {
		backgroundColor: "transparent",
		color: "var(--text-muted)",
		border: "none",
		paddingInlineStart: "0.5rem",
	},
	".cm-activeLine": { backgroundColor: "transparent" },
	"&.cm-focused .cm-activeLine": { backgroundColor: "var(--code-line)" },
	".cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
	".cm-placeholder": { color: "var(--text-muted)" },
	"&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
		{ backgroundColor: "var(--code-selection)" },
	// CodeMirror hides the browser's own selection, which has colours of its own there.
	"@media (forced-colors: active)": {
		"&.cm-editor .cm-content .cm-line::selection, &.cm-editor .cm-content .cm-line ::selection":
			{
				backgroundColor: "Highlight !important",
				color: "HighlightText !important",
			},
	},
	"&.cm-focused .cm-matchingBracket": {
		backgroundColor: "var(--code-selection)",
	},
	"&.cm-focused .cm-nonmatchingBracket": {
		backgroundColor: "transparent",
		color: "var(--danger)",
	},
	".cm-lintRange-error": {
		backgroundImage: "none",
		textDecoration: "underline wavy var(--danger)",
		textUnderlineOffset: "0.2em",
	},
	".cm-lintPoint-error:after": { borderBottomColor: "var(--danger)" },
	".cm-tooltip": {
		border: "1px solid var(--line)",
		borderRadius: "var(--radius)",
		backgroundColor: "var(--surface-raised)",
		color: "var(--text)",
		boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)",
		overflow: "hidden",
	},
	".cm-tooltip.cm-tooltip-autocomplete > ul": {
		fontFamily: "var(--font-code)",
		fontSize: "0.8125rem",
		maxBlockSize: "16rem",
	},
	".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
		padding: "0.2rem 0.75rem",
	},
	".cm-tooltip-autocomplete ul li[aria-selected]": {
		backgroundColor: "var(--accent)",
		color: "var(--on-accent)",
	},
	".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
	".cm-completionDetail": { fontStyle: "normal", opacity: "0.9" },
	".cm-completionInfo": {
		padding: "0.5rem 0.75rem",
		maxInlineSize: "20rem",
		fontSize: "0.8125rem",
		fontFamily: "var(--font)",
	},
	".cm-diagnostic": {
		padding: "0.5rem 0.75rem",
		borderLeftColor: "var(--danger)",
		whiteSpace: "pre-wrap",
		fontSize: "0.8125rem",
	},
	".cm-panels": {
		backgroundColor: "var(--surface-raised)",
		color: "var(--text)",
	},
});
