import { expect, it } from "vitest";
import { Question } from "./question.ts";

/** A question that is answered by hand. */
function manual() {
	let answer: (value: string) => void = () => {};
	let fail: (error: Error) => void = () => {};
	let aborted: AbortSignal | undefined;
	const run = (signal: AbortSignal) => {
		aborted = signal;
		return new Promise<string>((resolve, reject) => {
			answer = resolve;
			fail = reject;
		});
	};
	return {
		run,
		answer: async (value: string) => {
			answer(value);
			await settled();
		},
		fail: async (error: Error) => {
			fail(error);
			await settled();
		},
		isAborted: () => aborted?.aborted,
	};
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

it("a later question wins, whichever is answered first", async () => {
	const question = new Question<string>();
	const early = manual();
	const late = manual();
	question.ask("early", early.run);
	question.ask("late", late.run);
	expect(early.isAborted()).toBe(true);
	await late.answer("B");
	await early.answer("A");
	expect(question.answer.value).toBe("B");
	expect(question.state.value).toEqual({ kind: "answered" });
});

it("the answer before stays while the next one is on its way", async () => {
	const question = new Question<string>();
	const first = manual();
	question.ask("first", first.run);
	await first.answer("A");
	question.ask("second", manual().run);
	expect(question.answer.value).toBe("A");
	expect(question.state.value.kind).toBe("asking");
});

it("a question asked before is answered at once", async () => {
	const question = new Question<string>();
	const first = manual();
	question.ask("first", first.run);
	await first.answer("A");
	question.ask("second", manual().run);
	question.ask("first", () => Promise.reject(new Error("asked twice")));
	expect(question.answer.value).toBe("A");
	expect(question.state.value).toEqual({ kind: "answered" });
});

it("a failure takes the old picture away and can be tried again", async () => {
	const question = new Question<string>();
	const first = manual();
	question.ask("first", first.run);
	const error = new Error("no network");
	await first.fail(error);
	expect(question.answer.value).toBe(null);
	expect(question.state.value).toEqual({ kind: "failed", error });
	question.retry();
	expect(question.state.value.kind).toBe("asking");
	await first.answer("A");
	expect(question.answer.value).toBe("A");
});

it("a failure stands, whatever still reports progress for the same question", async () => {
	const question = new Question<string>();
	let report = () => {};
	const asked = manual();
	question.ask("first", (signal, onProgress) => {
		report = () => onProgress({ stage: "run" });
		return asked.run(signal);
	});
	report();
	expect(question.state.value.kind).toBe("asking");
	await asked.fail(new Error("no network"));
	expect(asked.isAborted()).toBe(true);
	report();
	expect(question.state.value.kind).toBe("failed");
});

it("a question that is taken back is given up, and nothing of it stands", async () => {
	const question = new Question<string>();
	const first = manual();
	question.ask("first", first.run);
	await first.answer("A");
	const second = manual();
	question.ask("second", second.run);
	question.clear();
	expect(second.isAborted()).toBe(true);
	expect(question.answer.value).toBe(null);
	expect(question.state.value.kind).toBe("answered");
	await second.answer("B");
	expect(question.answer.value).toBe(null);
	question.retry();
	expect(question.state.value.kind).toBe("answered");
});
