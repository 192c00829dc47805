import { batch, computed, effect } from "@preact/signals";
import { type Ask, Question } from "../charts/question.ts";
import { QuestionStatus } from "../charts/question-status.tsx";
import { timedQuery } from "../charts/timed-query.ts";
import { savesData } from "../shared/lake/offline.ts";
import {
	dayCodec,
	optionalCodec,
	textCodec,
	urlSignal,
	wordCodec,
} from "../shared/url-state.ts";
import { averageCodec } from "./average-codec.ts";
import {
	chosenSeries,
	DEFAULT_CHOICE,
	engineQuestion,
	isBackward,
	isFromRollup,
	isWhole,
	RANGES,
	rangeOf,
	rollupAnswer,
	type WeatherAnswer,
	type WeatherChoice,
	type WeatherData,
} from "./model.ts";
import { WeatherView } from "./view.tsx";

const PUSH = { history: "push" } as const;
const optionalText = optionalCodec(textCodec);
const optionalDay = optionalCodec(dayCodec);

const signals = {
	station: urlSignal("station", DEFAULT_CHOICE.station, textCodec, PUSH),
	measure: urlSignal("measure", DEFAULT_CHOICE.measure, optionalText, PUSH),
	module: urlSignal("module", DEFAULT_CHOICE.module, optionalText, PUSH),
	unit: urlSignal("unit", DEFAULT_CHOICE.unit, optionalText, PUSH),
	range: urlSignal("range", DEFAULT_CHOICE.range, wordCodec(RANGES), PUSH),
	from: urlSignal("from", DEFAULT_CHOICE.from, optionalDay, PUSH),
	to: urlSignal("to", DEFAULT_CHOICE.to, optionalDay, PUSH),
	averageSeconds: urlSignal(
		"average",
		DEFAULT_CHOICE.averageSeconds,
		averageCodec,
		PUSH,
	),
};

const choice = computed<WeatherChoice>(() => ({
	station: signals.station.value,
	measure: signals.measure.value,
	module: signals.module.value,
	unit: signals.unit.value,
	range: signals.range.value,
	from: signals.from.value,
	to: signals.to.value,
	averageSeconds: signals.averageSeconds.value,
}));

const question = new Question<WeatherAnswer>();

/** The weather page with its controls: its state is the address. */
export function WeatherIsland({ data }: { readonly data: WeatherData }) {
	const chosen = choice.value;
	const state = question.state.value.kind;
	// Of the whole the days are an answer, whether the engine has a finer one or not.
	const hasDays = isWhole(chosen);
	const isPreview = state === "asking" || (state === "failed" && hasDays);
	return (
		<WeatherView
			data={data}
			choice={chosen}
			answer={isPreview ? preview(data, chosen) : question.answer.value}
			isBusy={state === "asking" && !hasDays}
			status={<QuestionStatus question={question} />}
			onChoice={choose}
		/>
	);
}

/** Asks for the readings that the address names, now and whenever it changes. */
export function followAddress(data: WeatherData): void {
	effect(() => {
		const chosen = choice.value;
		if (!isBackward(chosen))
			question.ask(JSON.stringify(chosen), askOf(chosen, data));
	});
}

/** Days, while the readings themselves are on their way. */
function preview(data: WeatherData, chosen: WeatherChoice): WeatherAnswer {
	const series = chosenSeries(data, chosen);
	return rollupAnswer(
		series,
		rangeOf(chosen, series),
		chosen.averageSeconds,
		data.bytes,
	);
}

/** Another station begins with its own first series. */
function choose(change: Partial<WeatherChoice>): void {
	batch(() => {
		const next = {
			...choice.peek(),
			...(change.station !== undefined && change.measure === undefined
				? { measure: null, module: null, unit: null }
				: {}),
			...change,
		};
		signals.station.value = next.station;
		signals.measure.value = next.measure;
		signals.module.value = next.module;
		signals.unit.value = next.unit;
		signals.range.value = next.range;
		signals.from.value = next.from;
		signals.to.value = next.to;
		signals.averageSeconds.value = next.averageSeconds;
	});
}

/**
 * The whole of a long series is drawn from the roll-up, and of any where the visitor
 * saves data; everything else by the engine.
 */
function askOf(chosen: WeatherChoice, data: WeatherData): Ask<WeatherAnswer> {
	const series = chosenSeries(data, chosen);
	if (isFromRollup(chosen, series) || (isWhole(chosen) && savesData()))
		return () => preview(data, chosen);
	const { query, answer } = engineQuestion(
		series,
		rangeOf(chosen, series),
		chosen.averageSeconds,
	);
	return async (signal, onProgress) => {
		const result = await timedQuery(query, signal, onProgress);
		return answer(result.rows, result);
	};
}
