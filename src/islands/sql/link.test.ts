import { expect, test, vi } from "vitest";
import type { ChartChoice } from "../../charts/answer-encoding.ts";
import { linkInHash, linkTo } from "./link.ts";

vi.mock("../shared/lake/lake.ts", () => ({
	siteRoot: () => "https://a.example/",
}));

const hashOf = (sql: string, chart: ChartChoice | null) =>
	new URL(linkTo({ sql, chart })).hash;

test("a link carries its text and its chart whole, whatever their names are", () => {
	const names = [
		...["day", "&q=select 2", "a=b", "+ %", "#", "<b>", "ש", " ", "", "null"],
		null,
	];
	for (const sql of ["select 1", "a&q=b", "chart=line&q=", "select '#%&+ü'"]) {
		const plain = { sql, chart: null };
		expect(linkInHash(hashOf(sql, null))).toEqual(plain);
		for (const [at, across] of names.entries()) {
			const up = names[(at + 3) % names.length] ?? null;
			const colour = names[(at + 7) % names.length] ?? null;
			const chart: ChartChoice = { mark: "dots", across, up, colour };
			expect(linkInHash(hashOf(sql, chart))).toEqual({ sql, chart });
		}
	}
});

test("a hash without SQL, or not encoded, is none", () => {
	for (const hash of [
		...["", "#q=", "#q=%20", "#other", "#q=%E0%A4%A", "#chart=line"],
		...["#chart=line&q=", "#chart=line&up=q=1", "#x&q=1"],
	])
		expect(linkInHash(hash), hash).toBeNull();
});

test("a chart of no kind that there is shows rows", () => {
	for (const chart of ["chart=", "chart=__proto__", "chart=%E0%A4%A&up=a"])
		expect(linkInHash(`#${chart}&q=select%201`)).toEqual({
			sql: "select 1",
			chart: null,
		});
});
