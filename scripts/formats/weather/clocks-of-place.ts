import { FileError } from "../../../src/lib/formats/file-error.ts";
import type { Header } from "./weather-header.ts";

/** `America/Los_Angeles`, as the time zone database names places. */
const PLACE = /[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z0-9_+-]+)+/;

const AREAS =
	/^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)\//;

const DAY_MICROS = 86_400e6;

/** What clocks show in a zone of the time zone database, by the table of this engine. */
export class ClocksOfPlace {
	readonly zone: string;
	readonly #format: Intl.DateTimeFormat;
	/** Microseconds east of UTC before and after a day, by its number since 1970. */
	readonly #days = new Map<number, readonly [before: number, after: number]>();

	private constructor(zone: string, format: Intl.DateTimeFormat) {
		this.zone = zone;
		this.#format = format;
	}

	/**
	 * Of the place that a header of times names; null where it names none. Throws a
	 * FileError where it is none that the engine knows.
	 */
	static of({ name, unit }: Header): ClocksOfPlace | null {
		const [zone] = PLACE.exec(`${unit ?? ""} ${name}`) ?? [];
		if (zone === undefined) return null;
		try {
			return new ClocksOfPlace(
				zone,
				new Intl.DateTimeFormat("en", {
					timeZone: zone,
					timeZoneName: "longOffset",
				}),
			);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			if (!AREAS.test(zone)) return null;
			throw new FileError(
				`its times are of a zone that is not known, ${zone}: write them with their zone, as 2024-01-31T14:05:00+01:00`,
				{ sample: name },
			);
		}
	}

	/**
	 * The time, in microseconds since 1970, at which clocks show one that is given as if
	 * it were UTC; null where they never do, or twice, as clocks were set.
	 */
	utc(shown: number): number | null {
		const day = Math.floor(shown / DAY_MICROS);
		let around = this.#days.get(day);
		if (around === undefined) {
			around = [
				this.#east((day - 1) * DAY_MICROS),
				this.#east((day + 2) * DAY_MICROS),
			];
			this.#days.set(day, around);
		}
		const [before, after] = around;
		if (before === after) return shown - before;
		const times = around.flatMap((east) =>
			this.#east(shown - east) === east ? [shown - east] : [],
		);
		return times.length === 1 ? (times[0] ?? null) : null;
	}

	#east(time: number): number {
		const named = this.#format
			.formatToParts(Math.floor(time / 1000))
			.find(({ type }) => type === "timeZoneName");
		const [, sign, hours, minutes, seconds] =
			/^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(named?.value ?? "") ?? [];
		const east =
			3600 * Number(hours ?? 0) +
			60 * Number(minutes ?? 0) +
			Number(seconds ?? 0);
		return (sign === "-" ? -1 : 1) * east * 1e6;
	}
}
