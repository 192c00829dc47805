import { Failure, Loading } from "../../shared/states.tsx";
import { type LineModel, tooManySentence } from "../line-model.ts";
import type { RidesModel } from "../model.ts";

/** What is on its way to the map, what did not come, and why lines are not drawn. */
export function MapNotice(props: {
	readonly model: RidesModel;
	readonly lines: LineModel;
}) {
	const { model, lines } = props;
	const loading = model.loading.value;
	const ofLines = lines.loading.value;
	const problem = model.problem.value;
	const problemOfLines = lines.problem.value;
	const tooMany = lines.tooMany.value;
	if (loading !== null)
		return (
			<div class="rides-loading">
				<Loading {...loading} />
			</div>
		);
	if (problem !== null)
		return (
			<div class="rides-loading">
				<Failure error={problem} onRetry={() => model.retry()} />
			</div>
		);
	if (ofLines !== null)
		return (
			<div class="rides-loading">
				<Loading what="lines" {...ofLines} />
			</div>
		);
	if (problemOfLines !== null)
		return (
			<div class="rides-loading">
				<Failure error={problemOfLines} onRetry={() => lines.retry()} />
			</div>
		);
	if (tooMany !== null)
		return (
			<div class="rides-loading">
				<p class="state" role="status">
					{tooManySentence(tooMany)}
				</p>
			</div>
		);
	return null;
}
