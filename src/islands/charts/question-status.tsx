import type { Progress } from "../../../workers/engine-api.ts";
import { formatCount } from "../../lib/text/format.ts";
import { engineState } from "../shared/engine/engine.ts";
import { Failure, Loading } from "../shared/states.tsx";
import type { Question } from "./question.ts";

/** How far a question is, or why it has no answer; nothing once it has one. */
export function QuestionStatus({
	question,
}: {
	readonly question: Question<unknown>;
}) {
	const state = question.state.value;
	switch (state.kind) {
		case "answered":
			return null;
		case "failed":
			return <Failure error={state.error} onRetry={() => question.retry()} />;
		case "asking":
			return (
				<div class="asking">
					<div class="asking-box">
						<Asking progress={state.progress} />
					</div>
				</div>
			);
	}
}

function Asking({ progress }: { readonly progress: Progress | null }) {
	const engine = engineState.value;
	if (engine.kind === "loading")
		return (
			<Loading
				what="the engine"
				bytes={engine.bytes}
				totalBytes={engine.totalBytes}
			/>
		);
	switch (progress?.stage) {
		case "fetch":
			return (
				<Loading
					what="data"
					bytes={progress.bytes}
					totalBytes={progress.totalBytes}
				/>
			);
		case "load":
		case "slice":
			return (
				<Loading
					what="rows"
					amount={`${formatCount(progress.rows)} of ${formatCount(progress.totalRows)}`}
				/>
			);
		default:
			return <Loading what="the answer" />;
	}
}
