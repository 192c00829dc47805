import {
	batch,
	computed,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";
import { type CellWindow, centreOf } from "../../lib/geo/grid.ts";
import {
	MAX_LATITUDE,
	MAX_LEVEL,
	MIN_LEVEL,
	mercatorX,
	mercatorY,
} from "../../lib/geo/mercator.ts";
import {
	ANY_RIDE,
	type DayRange,
	type FilterPart,
	filterText,
	type RideFilter,
} from "../../lib/rides/filter.ts";
import {
	type Codec,
	dayCodec,
	optionalCodec,
	textCodec,
	urlSignal,
} from "../shared/url-state.ts";
import {
	distanceCodec,
	hoursCodec,
	kindsCodec,
	weekdaysCodec,
} from "./filters/filter-codecs.ts";

/** Where the map looks: MapLibre's zoom, of 512-pixel tiles. */
export interface View {
	readonly latitude: number;
	readonly longitude: number;
	readonly zoom: number;
}

/** `47.3769,8.5417,12.3` */
export const viewCodec: Codec<View> = {
	parse(text) {
		const [latitude, longitude, zoom] = threeNumbers(text) ?? [];
		if (latitude === undefined || longitude === undefined || zoom === undefined)
			return undefined;
		if (Math.abs(latitude) > 85.06 || Math.abs(longitude) > 180)
			return undefined;
		return { latitude, longitude, zoom: Math.min(18, Math.max(0, zoom)) };
	},
	format({ latitude, longitude, zoom }) {
		// A pixel, to the nearest decimal.
		const digits = Math.max(1, Math.ceil(zoom * Math.log10(2)));
		return [
			latitude.toFixed(digits),
			longitude.toFixed(digits),
			String(Math.round(zoom * 100) / 100),
		].join(",");
	},
};

/** `47.66123,9.18456,19`: a cell as its middle and its level, as a window of one. */
export const cellCodec: Codec<CellWindow> = {
	parse(text) {
		const [latitude, longitude, level] = threeNumbers(text) ?? [];
		if (
			latitude === undefined ||
			longitude === undefined ||
			level === undefined
		)
			return undefined;
		if (Math.abs(latitude) >= MAX_LATITUDE || Math.abs(longitude) > 180)
			return undefined;
		if (!Number.isInteger(level) || level < MIN_LEVEL || level > MAX_LEVEL)
			return undefined;
		const size = 2 ** level;
		return {
			level,
			x: Math.floor(mercatorX(longitude) * size),
			y: Math.floor(mercatorY(latitude) * size),
			columns: 1,
			rows: 1,
		};
	},
	format(cell) {
		const [longitude, latitude] = centreOf(cell, 0);
		// A metre: the smallest cell at the poles has three.
		return `${latitude.toFixed(5)},${longitude.toFixed(5)},${cell.level}`;
	},
};

/** Decimals with commas between; null for anything else, which `Number` may take for one. */
function threeNumbers(text: string): readonly number[] | null {
	return /^-?\d{1,9}(\.\d{1,20})?(,-?\d{1,9}(\.\d{1,20})?){2}$/.test(text)
		? text.split(",").map(Number)
		: null;
}

export interface RidesState {
	readonly from: Signal<Date | null>;
	readonly to: Signal<Date | null>;
	readonly kinds: Signal<RideFilter["kinds"]>;
	readonly distance: Signal<RideFilter["distanceMeters"]>;
	readonly weekdays: Signal<RideFilter["weekdays"]>;
	readonly hours: Signal<RideFilter["hours"]>;
	/** As it was typed. */
	readonly name: Signal<string>;
	/** Null while the map is where it opens. */
	readonly view: Signal<View | null>;
	/** The cell whose rides are listed, a window of one. */
	readonly at: Signal<CellWindow | null>;
	/** Id of the ride whose track is drawn. */
	readonly ride: Signal<string | null>;
	/** The days under the visitor's finger, before they are let go. */
	readonly brushed: Signal<DayRange | null>;
	/** The rides that count now. */
	readonly filter: ReadonlySignal<RideFilter>;
}

/** The page's state, in step with its address. Once a page. */
export function openState(): RidesState {
	const push = { history: "push" } as const;
	const replace = { history: "replace" } as const;
	const day = optionalCodec(dayCodec);
	const from = urlSignal<Date | null>("from", null, day, push);
	const to = urlSignal<Date | null>("to", null, day, push);
	const kinds = urlSignal("kind", ANY_RIDE.kinds, kindsCodec, push);
	const distance = urlSignal(
		"km",
		ANY_RIDE.distanceMeters,
		distanceCodec,
		push,
	);
	const weekdays = urlSignal("weekday", ANY_RIDE.weekdays, weekdaysCodec, push);
	const hours = urlSignal("hours", ANY_RIDE.hours, hoursCodec, push);
	const name = urlSignal("name", "", textCodec, replace);
	const view = urlSignal<View | null>(
		"view",
		null,
		optionalCodec(viewCodec),
		replace,
	);
	const at = urlSignal<CellWindow | null>(
		"at",
		null,
		optionalCodec(cellCodec),
		push,
	);
	const ride = urlSignal<string | null>(
		"ride",
		null,
		optionalCodec(textCodec),
		push,
	);
	const brushed = signal<DayRange | null>(null);
	const filter = computed<RideFilter>(() => ({
		days: brushed.value ?? { from: from.value, to: to.value },
		kinds: kinds.value,
		distanceMeters: distance.value,
		weekdays: weekdays.value,
		hours: hours.value,
		text: filterText(name.value),
	}));
	return {
		...{ from, to, kinds, distance, weekdays, hours, name },
		...{ view, at, ride, brushed, filter },
	};
}

/** The parts of a filter that have their controls beside the days. */
export type MorePart = Exclude<FilterPart, "days">;

/** Lets any ride count again, as far as some parts of the filter go. */
export function clearParts(
	state: RidesState,
	parts: readonly MorePart[],
): void {
	const clear: Readonly<Record<MorePart, () => void>> = {
		kinds: () => {
			state.kinds.value = ANY_RIDE.kinds;
		},
		distanceMeters: () => {
			state.distance.value = ANY_RIDE.distanceMeters;
		},
		weekdays: () => {
			state.weekdays.value = ANY_RIDE.weekdays;
		},
		hours: () => {
			state.hours.value = ANY_RIDE.hours;
		},
		text: () => {
			state.name.value = ANY_RIDE.text;
		},
	};
	batch(() => {
		for (const part of parts) clear[part]();
	});
}
