import { batch, computed, effect } from "@preact/signals";
import { countedPosts, topTags } from "../../queries/posts.ts";
import type { Query } from "../../queries/sql.ts";
import { type Ask, Question } from "../charts/question.ts";
import { QuestionStatus } from "../charts/question-status.tsx";
import { timedQuery } from "../charts/timed-query.ts";
import {
	dayCodec,
	optionalCodec,
	urlSignal,
	wordCodec,
} from "../shared/url-state.ts";
import {
	DEFAULT_CHOICE,
	defaultAnswer,
	funnelWith,
	isBackward,
	isDefault,
	type PostsAnswer,
	type PostsData,
	PRESETS,
	TAG_LIMIT,
	topTagsOf,
	type WindowChoice,
	windowOf,
} from "./model.ts";
import { PostsView } from "./view.tsx";

const preset = urlSignal("window", DEFAULT_CHOICE.preset, wordCodec(PRESETS), {
	history: "push",
});
const from = urlSignal("from", null, optionalCodec(dayCodec), {
	history: "push",
});
const to = urlSignal("to", null, optionalCodec(dayCodec), { history: "push" });
const choice = computed<WindowChoice>(() => ({
	preset: preset.value,
	from: from.value,
	to: to.value,
}));
const question = new Question<PostsAnswer>();

/** The posts page with its controls: its state is the address. */
export function PostsIsland({ data }: { readonly data: PostsData }) {
	const state = question.state.value.kind;
	return (
		<PostsView
			data={data}
			choice={choice.value}
			answer={
				question.answer.value ??
				(state === "asking" ? defaultAnswer(data) : null)
			}
			isBusy={state === "asking"}
			status={<QuestionStatus question={question} />}
			onChoice={choose}
		/>
	);
}

/** Asks for the window that the address names, now and whenever it changes. */
export function followAddress(data: PostsData): void {
	effect(() => {
		const chosen = choice.value;
		if (!isBackward(chosen))
			question.ask(JSON.stringify(chosen), askOf(chosen, data));
	});
}

function choose(next: WindowChoice): void {
	batch(() => {
		preset.value = next.preset;
		from.value = next.from;
		to.value = next.to;
	});
}

/** The default window is answered by the roll-ups, every other one by the engine. */
function askOf(chosen: WindowChoice, data: PostsData): Ask<PostsAnswer> {
	if (isDefault(chosen)) return () => defaultAnswer(data);
	const window = windowOf(chosen, data.lastPost);
	return async (signal, onProgress) => {
		const ask = (query: Query) => timedQuery(query, signal, onProgress);
		const [tags, counts] = await Promise.all([
			ask(topTags(window, TAG_LIMIT)),
			ask(countedPosts(window)),
		]);
		const counted = counts.rows[0];
		return {
			funnel: funnelWith(
				data.funnel,
				Number(counted?.counted),
				Number(counted?.tags),
			),
			topTags: topTagsOf(tags.rows),
			bytes: { tags: tags.bytes, funnel: counts.bytes },
			milliseconds: {
				tags: tags.milliseconds,
				funnel: counts.milliseconds,
			},
		};
	};
}
