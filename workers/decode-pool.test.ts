import { expect, test } from "vitest";
import { Lifeline } from "../src/lake/engine/lifeline.ts";
import type { DecodeRequest } from "../src/lake/types.ts";
import {
	type DecodeWorker,
	decodePool,
	suitableDecoders,
} from "./decode-pool.ts";

const REQUEST: DecodeRequest = {
	fileBytes: 0,
	ranges: [],
	columns: [],
	intervals: [],
	rowGroups: [0],
};

/** What each decoder that is started does with a request, by its number from 0. */
function poolOf(
	size: number,
	decode: (worker: number) => Promise<Uint8Array[]>,
) {
	const workers: (DecodeWorker & { ended: boolean })[] = [];
	const pool = decodePool({
		size,
		start() {
			const number = workers.length;
			const worker = {
				api: {
					decode: () => decode(number),
					encode: () => Promise.reject(new Error("not asked for here")),
				},
				started: Promise.resolve(),
				lifeline: new Lifeline("the decoder"),
				ended: false,
				end() {
					worker.ended = true;
				},
			};
			workers.push(worker);
			return worker;
		},
	});
	return { pool, workers };
}

function panic(): Error {
	const error = new Error("unreachable");
	error.name = "RuntimeError";
	return error;
}
const answer = (number: number) => [Uint8Array.of(number)];

test("what a decoder panicked at is decoded once more by another, and the first is replaced", async () => {
	const { pool, workers } = poolOf(1, async (number) => {
		if (number === 0) throw panic();
		return answer(number);
	});
	expect(await pool.decode(REQUEST)).toEqual(answer(1));
	expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
});

test("what two decoders panic at fails, and the next request finds a third", async () => {
	const { pool, workers } = poolOf(1, async (number) => {
		if (number < 2) throw panic();
		return answer(number);
	});
	await expect(pool.decode(REQUEST)).rejects.toThrow("unreachable");
	expect(await pool.decode(REQUEST)).toEqual(answer(2));
	expect(workers).toHaveLength(3);
});

test("a fault that is no panic is not tried again", async () => {
	let asked = 0;
	const { pool } = poolOf(2, async () => {
		asked += 1;
		throw new Error("no such column");
	});
	await expect(pool.decode(REQUEST)).rejects.toThrow("no such column");
	expect(asked).toBe(1);
});

test("those that were killed, busy or idle, are replaced without a trace", async () => {
	const { pool, workers } = poolOf(1, (number) =>
		number === 0 ? new Promise(() => {}) : Promise.resolve(answer(number)),
	);
	const busy = pool.decode(REQUEST);
	await Promise.resolve();
	workers[0]?.lifeline.lose("its worker was ended");
	expect(await busy).toEqual(answer(1));
	workers[1]?.lifeline.lose("its worker was ended");
	expect(await pool.decode(REQUEST)).toEqual(answer(2));
});

test("all may have been killed", async () => {
	const { pool, workers } = poolOf(3, async (number) => answer(number));
	for (const { lifeline } of workers) lifeline.lose("its worker was ended");
	const answers = [1, 2, 3].map(() => pool.decode(REQUEST));
	expect((await Promise.all(answers)).flat().map(([at]) => at)).toEqual([
		3, 4, 5,
	]);
});

test("requests that wait when they are cancelled never reach a decoder", async () => {
	const asked: number[] = [];
	let go = () => {};
	const { pool } = poolOf(1, (number) => {
		asked.push(number);
		return new Promise((resolve) => {
			go = () => resolve(answer(number));
		});
	});
	const canceller = new AbortController();
	const first = pool.decode(REQUEST);
	const queued = [1, 2, 3].map(() => pool.decode(REQUEST, canceller.signal));
	const last = pool.decode(REQUEST);
	canceller.abort(new Error("cancelled"));
	for (const one of queued) await expect(one).rejects.toThrow("cancelled");
	go();
	expect(await first).toEqual(answer(0));
	await expect.poll(() => asked.length).toBe(2);
	go();
	expect(await last).toEqual(answer(0));
	await expect(pool.decode(REQUEST, canceller.signal)).rejects.toThrow(
		"cancelled",
	);
	expect(asked).toHaveLength(2);
});

test("one that goes on with what was cancelled is replaced, and nothing is tried again", async () => {
	const { pool, workers } = poolOf(1, () => new Promise(() => {}));
	const canceller = new AbortController();
	const cancelled = pool.decode(REQUEST, canceller.signal);
	await Promise.resolve();
	canceller.abort();
	await expect(cancelled).rejects.toThrow("went on with what was cancelled");
	expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
});

test("there are two to four decoders", () => {
	expect([1, 2, 3, 4, 64].map(suitableDecoders)).toEqual([2, 2, 3, 4, 4]);
});
