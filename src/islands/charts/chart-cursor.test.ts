import { expect, it } from "vitest";
import { nearest } from "./chart-cursor.tsx";

const points = [0, 10, 11, 40, 100].map((x) => ({
	x: new Date(x),
	text: String(x),
}));

it("the nearest point is what a plain search finds", () => {
	for (let time = -5; time < 120; time++) {
		const distances = points.map(({ x }) => Math.abs(x.getTime() - time));
		const found = nearest(points, new Date(time));
		expect(distances[found]).toBe(Math.min(...distances));
	}
});
