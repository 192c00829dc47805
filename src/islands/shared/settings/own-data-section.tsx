import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { KEPT_POSTS, KEPT_RIDES } from "../../../lake/own-data/kept-files.ts";
import { formatBytes } from "../../../lib/text/format.ts";
import { sentenceOf } from "../error-sentence.ts";

const KINDS = [
	{
		name: "rides",
		title: "Your own rides",
		what: "Rides that you have added on the page of rides and asked to be kept",
		kept: KEPT_RIDES,
	},
	{
		name: "posts",
		title: "Your own posts",
		what: "Posts that you have opened on the page of posts and asked to be kept",
		kept: KEPT_POSTS,
	},
] as const;

/** The visitor's own data, where some are kept: how much, and a way to erase them. */
export function OwnDataSection(props: { readonly onErased: () => void }) {
	return KINDS.map((kind) => (
		<Kind key={kind.name} kind={kind} onErased={props.onErased} />
	));
}

function Kind(props: {
	readonly kind: (typeof KINDS)[number];
	readonly onErased: () => void;
}) {
	const { name, title, what, kept } = props.kind;
	/** Null until it is known. */
	const bytes = useSignal<number | null>(null);
	const fault = useSignal<unknown>(null);
	const refresh = async () => {
		bytes.value = await kept.bytes();
	};
	const told = (error: unknown) => {
		fault.value = error;
	};
	useEffect(() => void kept.removeParts().then(refresh).catch(told), []);
	const erase = async () => {
		fault.value = null;
		await kept.erase();
		await refresh();
		props.onErased();
	};
	if ((bytes.value ?? 0) === 0 && fault.value === null) return null;
	return (
		<section aria-labelledby={`settings-${name}`}>
			<h3 id={`settings-${name}`}>{title}</h3>
			<p>
				{what}: {formatBytes(bytes.value ?? 0)}, on this device and nowhere
				else.
			</p>
			{fault.value !== null && <p role="alert">{sentenceOf(fault.value)}</p>}
			<button
				type="button"
				class="button"
				aria-describedby={`settings-${name}`}
				onClick={() => void erase().catch(told)}
			>
				Erase
			</button>
		</section>
	);
}
