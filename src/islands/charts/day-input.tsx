import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { dayCodec } from "../shared/url-state.ts";

/** After the last key, before the day is taken: most of a day's parts are typed in two keys or four. */
const KEY_PAUSE_MS = 600;

/**
 * A field for a UTC day. A browser tells of every key that leaves some day in it, such as
 * one of the year 202 on the way to 2024: a day is taken once no more keys come, and one
 * that is not between `min` and `max`, or not whole, when the field is left or by Enter.
 */
export function DayInput(props: {
	readonly id: string;
	readonly name?: string;
	/** Null where none is chosen. */
	readonly value: Date | null;
	readonly min: Date;
	readonly max: Date;
	readonly onChange: (day: Date | null) => void;
}) {
	const { id, name, value, min, max } = props;
	/** As it stands in the field, until it is taken. */
	const typed = useSignal<string | null>(null);
	const timer = useRef(0);
	const onChange = useRef(props.onChange);
	onChange.current = props.onChange;
	useEffect(() => () => clearTimeout(timer.current), []);

	const settle = () => {
		clearTimeout(timer.current);
		const text = typed.peek();
		typed.value = null;
		if (text !== null) onChange.current(dayCodec.parse(text) ?? null);
	};
	const hear = (input: HTMLInputElement) => {
		clearTimeout(timer.current);
		typed.value = input.value;
		if (input.validity.valid)
			timer.current = window.setTimeout(settle, KEY_PAUSE_MS);
	};
	return (
		<input
			id={id}
			type="date"
			name={name}
			value={typed.value ?? (value === null ? "" : dayCodec.format(value))}
			min={dayCodec.format(min)}
			max={dayCodec.format(max)}
			onChange={({ currentTarget }) => hear(currentTarget)}
			onKeyDown={({ key }) => {
				if (key === "Enter") settle();
			}}
			onBlur={settle}
		/>
	);
}
