import { computed, type Signal, signal } from "@preact/signals";
import {
	ANY_RIDE,
	type DayRange,
	type RideFilter,
} from "../../lib/rides/filter.ts";
import {
	type Codec,
	dayCodec,
	optionalCodec,
	urlSignal,
} from "../shared/url-state.ts";

/** Where the map looks: MapLibre's zoom, of 512-pixel tiles. */
export interface View {
	readonly latitude: number;
	readonly longitude: number;
	readonly zoom: number;
}

/** `47.3769,8.5417,12.3` */
export const viewCodec: Codec<View> = {
	parse(text) {
		const numbers = text.split(",").map(Number);
		const [latitude = 0, longitude = 0, zoom = 0] = numbers;
		if (numbers.length !== 3 || !numbers.every(Number.isFinite))
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

export interface RidesState {
	readonly from: Signal<Date | null>;
	readonly to: Signal<Date | null>;
	/** Null while the map is where it opens. */
	readonly view: Signal<View | null>;
	/** The days under the visitor's finger, before they are let go. */
	readonly brushed: Signal<DayRange | null>;
	/** The rides that count now. */
	readonly filter: Signal<RideFilter>;
}

/** The page's state, in step with its address. Once a page. */
export function openState(): RidesState {
	const day = optionalCodec(dayCodec);
	const from = urlSignal<Date | null>("from", null, day, { history: "push" });
	const to = urlSignal<Date | null>("to", null, day, { history: "push" });
	const view = urlSignal<View | null>("view", null, optionalCodec(viewCodec), {
		history: "replace",
	});
	const brushed = signal<DayRange | null>(null);
	const filter = computed(() => ({
		...ANY_RIDE,
		days: brushed.value ?? { from: from.value, to: to.value },
	}));
	return { from, to, view, brushed, filter };
}
