import { expect, test } from "vitest";
import { type Piece, planRequests } from "./ranges.ts";

const piece = (
	startByte: number,
	endByte: number,
	path = "a",
	urgent = false,
): Piece => ({ path, startByte, endByte, checksum: "", urgent });

test("neighbours travel together, files apart", () => {
	expect(
		planRequests([piece(10, 20), piece(0, 10), piece(20, 30, "b")]),
	).toEqual([
		{ path: "a", startByte: 0, endByte: 20 },
		{ path: "b", startByte: 20, endByte: 30 },
	]);
});

test("gaps are fetched along smallest first until the waste is spent", () => {
	const pieces = [piece(0, 100), piece(110, 200), piece(203, 300)];
	expect(planRequests(pieces, { maxWaste: 0.02 })).toEqual([
		{ path: "a", startByte: 0, endByte: 100 },
		{ path: "a", startByte: 110, endByte: 300 },
	]);
	expect(planRequests(pieces, { maxWaste: 0.1 })).toHaveLength(1);
	expect(planRequests(pieces, { maxWaste: 0.1, maxGapBytes: 5 })).toHaveLength(
		2,
	);
});

test("a long range is split so that connections share it", () => {
	expect(planRequests([piece(0, 10)], { maxRequestBytes: 4 })).toEqual([
		{ path: "a", startByte: 0, endByte: 4 },
		{ path: "a", startByte: 4, endByte: 8 },
		{ path: "a", startByte: 8, endByte: 10 },
	]);
});

test("what is urgent of a file goes first", () => {
	expect(
		planRequests([
			piece(0, 10),
			piece(50, 60),
			piece(60, 65, "a", true),
			piece(0, 10, "b"),
		]),
	).toEqual([
		{ path: "a", startByte: 50, endByte: 65 },
		{ path: "a", startByte: 0, endByte: 10 },
		{ path: "b", startByte: 0, endByte: 10 },
	]);
});

test("whatever the pieces, each byte is asked for once and little else", () => {
	let seed = 7;
	const random = (below: number) => {
		seed = (seed * 1103515245 + 12345) % 2147483648;
		return seed % below;
	};
	for (let round = 0; round < 300; round += 1) {
		const pieces: Piece[] = [];
		for (const path of ["a", "b", "c"].slice(0, 1 + random(3))) {
			let at = random(1000);
			for (let left = random(30); left > 0; left -= 1) {
				const end = at + 1 + random(5000);
				pieces.push(piece(at, end, path));
				at = end + random(3) * random(4000);
			}
		}
		const requests = planRequests(pieces, { maxRequestBytes: 3000 });

		const wanted = pieces.reduce((sum, p) => sum + p.endByte - p.startByte, 0);
		const asked = requests.reduce((sum, r) => sum + r.endByte - r.startByte, 0);
		expect(asked).toBeLessThanOrEqual(wanted * 1.04);
		for (const { path, startByte, endByte } of pieces) {
			const covered = requests
				.filter((r) => r.path === path)
				.reduce(
					(sum, r) =>
						sum +
						Math.max(
							0,
							Math.min(r.endByte, endByte) - Math.max(r.startByte, startByte),
						),
					0,
				);
			expect(covered).toBe(endByte - startByte);
		}
		for (const r of requests) {
			expect(r.endByte - r.startByte).toBeGreaterThan(0);
			expect(r.endByte - r.startByte).toBeLessThanOrEqual(3000);
		}
	}
});
