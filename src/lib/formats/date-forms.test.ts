import { expect, test } from "vitest";
import { DateForms, type DateOrder } from "./date-forms.ts";

const WRITERS: Readonly<
	Record<DateOrder, (day: string, month: string, year: string) => string[]>
> = {
	dmy: (day, month, year) => [day, month, year],
	mdy: (day, month, year) => [month, day, year],
	ymd: (day, month, year) => [year, month, day],
};

/** What a file of these times says of each. */
function read(times: readonly string[]) {
	const forms = new DateForms();
	for (const [index, time] of times.entries()) forms.add(time, index + 1);
	return {
		plain: times.map((time) => forms.plain(time)),
		fault: forms.fault(),
	};
}

test.each(
	["/", "-", "."].flatMap((sign) =>
		(["dmy", "mdy"] as const).flatMap((order) =>
			[true, false].map((isPadded) => [order, sign, isPadded] as const),
		),
	),
)(
	"the days of a month, %s with %s, are read from their file",
	(order, sign, isPadded) => {
		for (const year of ["2024", "24"]) {
			const days = Array.from({ length: 31 }, (_, day) => {
				const padded = String(day + 1).padStart(2, "0");
				const parts = WRITERS[order](
					isPadded ? padded : String(day + 1),
					isPadded ? "03" : "3",
					year,
				);
				return {
					time: `${parts.join(sign)} 07:00`,
					iso: `2024-03-${padded} 07:00`,
				};
			});
			const times = days.map(({ time }) => time);
			expect(read(times)).toEqual({
				plain: days.map(({ iso }) => iso),
				fault: null,
			});
			// The order of the rows does not matter.
			expect(read([...times].reverse()).plain.reverse()).toEqual(
				days.map(({ iso }) => iso),
			);
		}
	},
);

test("a year of two digits may come first", () => {
	expect(read(["24/01/30", "24/01/31"]).plain).toEqual([
		"2024-01-30",
		"2024-01-31",
	]);
});

test("what no row tells, or rows tell both ways, is a fault and left as it stands", () => {
	for (const [times, line, reason] of [
		[["01/02/2024", "02/02/2024"], 1, "may have the day or the month first"],
		[["01-02-24"], 1, "the day, the month or the year first"],
		[["31/01/24"], 1, "the day, the month or the year first"],
		[
			["01/02/2024", "13/02/2024", "02/14/2024"],
			3,
			"such as 01/02/2024 and 02/14/2024",
		],
		[["01.02.2024", "13.02.2024", "02.14.2024"], 3, "in some rows"],
	] as const)
		expect(read(times)).toEqual({
			plain: times,
			fault: {
				reason: expect.stringContaining(reason),
				line,
				sample: times[line - 1],
			},
		});
	expect(read(["01.02.2024", "2024-02-01", "7", "00.00.2024"])).toEqual({
		plain: ["2024-02-01", "2024-02-01", "7", "2024-00-00"],
		fault: null,
	});
	// What no calendar has spoils no other.
	expect(read(["13/02/2024", "13/13/2024", "32/01/2024"]).fault).toBeNull();
});
