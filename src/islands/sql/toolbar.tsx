import type { Progress } from "../../../workers/engine-api.ts";
import { engineState } from "../shared/engine/engine.ts";
import { priceSentence, progressWords } from "./words.ts";
import type { PriceStatus, Workbench } from "./workbench.ts";

/** Run or cancel, the price of the text or how far its run is, and the link to it. */
export function Toolbar(props: {
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

/** The keys that run the text, as the visitor's keyboard names them. */
export const SHORTCUT =
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
