import "./own.css";
import { useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { focusIfLost } from "../../shared/focus.ts";
import {
	type DroppedFiles,
	useFileDrop,
} from "../../shared/own-data/dropped-files.ts";
import { KeepForSql } from "../../shared/own-data/keep-for-sql.tsx";
import { isOwnKept } from "../../shared/own-data/own-sql.ts";
import { Empty, Loading, WhyNotHere } from "../../shared/states.tsx";
import { goTo, urlSignal, wordCodec } from "../../shared/url-state.ts";
import { LakeRides } from "../lake-rides.ts";
import type { Opened } from "../model.ts";
import { NoRides } from "../no-rides.tsx";
import { partsOf, type RidesFrame } from "../open-parts.ts";
import { RidesPage } from "../rides-page.tsx";
import { OwnBar } from "./own-bar.tsx";
import { OwnPanel, problemSentence } from "./own-panel.tsx";
import {
	addFiles,
	countTrips,
	eraseRides,
	hasKept,
	isLooking,
	keepRides,
	openKept,
	ownProblem,
	ownReport,
	ownRides,
	trips,
} from "./own-rides.ts";
import { reportSentences } from "./words.ts";

const WHOSE = ["published", "own"] as const;

/** Whose rides the page shows, in step with its address. */
const whose = urlSignal<(typeof WHOSE)[number]>(
	"rides",
	"published",
	wordCodec(WHOSE),
	{ history: "push" },
);

/** The page of rides: the lake's, or in their place the visitor's own. */
export function RidesIsland(props: {
	/** Null where the lake has no rides. */
	readonly lake: Opened | null;
	readonly frame: RidesFrame;
	readonly still: Element | null;
	/** What was done with the button for one's own rides before the island came. */
	readonly early: { readonly isPressed: boolean; readonly hasFocus: boolean };
}) {
	const { lake, frame } = props;
	const isPanelOpen = useSignal(false);
	const isOver = useSignal(false);
	/** What became of files, where the panel does not stay open to say it. */
	const news = useSignal("");
	const isOwn = whose.value === "own" || lake === null;
	const own = isOwn ? ownRides.value : null;

	useEffect(() => {
		if (isOwn) void openKept();
	}, [isOwn, hasKept.value]);

	useEffect(() => void countTrips(trips.value), [trips.value]);

	const read = async ({ files, problems }: DroppedFiles) => {
		isPanelOpen.value = true;
		news.value = "";
		const before = ownRides.peek();
		await addFiles(files, problems);
		if (ownRides.peek() === null || ownRides.peek() === before) return;
		// The address of the rides before may lead away from those that came.
		goTo({ rides: "own", ...countedTrips() });
		const report = ownReport.peek();
		if (report?.problemCount !== 0 || ownProblem.peek() !== null) return;
		isPanelOpen.value = false;
		// Nothing behind a dialog is read out.
		requestAnimationFrame(() => {
			news.value = reportSentences(report).join(" ");
		});
	};
	useFileDrop(
		(over) => {
			isOver.value = over;
		},
		(dropped) => void read(dropped),
	);

	const source = own?.source ?? null;
	const action = useRef<HTMLButtonElement>(null);
	const addButton = useRef<HTMLButtonElement>(null);
	const still = useRef(props.still);
	const parts = useMemo(() => {
		if (own !== null) return partsOf(own.opened, own.source, frame, null);
		if (isOwn || lake === null) return null;
		const first = still.current;
		still.current = null;
		const { lineBreaks } = lake.dataset;
		return partsOf(lake, new LakeRides({ lineBreaks }), frame, first);
	}, [source, isOwn]);

	const erase = async () => {
		await eraseRides();
		if (lake !== null) goTo({});
		// The button that was pressed is gone.
		requestAnimationFrame(() => action.current?.focus());
	};
	const openPanel = () => {
		isPanelOpen.value = true;
	};
	useEffect(() => {
		if (props.early.hasFocus) action.current?.focus();
		if (props.early.isPressed) action.current?.click();
	}, []);
	return (
		<>
			{parts === null ? (
				<NothingToShow
					hasLake={lake !== null}
					button={action}
					onOpen={openPanel}
					onErase={() => void erase()}
				/>
			) : (
				<RidesPage
					key={isOwn ? "own" : "published"}
					{...parts}
					action={
						<SourceButton
							isOwn={isOwn}
							hasLake={lake !== null}
							button={action}
							onOpen={openPanel}
						/>
					}
					bar={
						own !== null && (
							<OwnBar
								own={own}
								addButton={addButton}
								onAdd={openPanel}
								onErase={() => void erase()}
							/>
						)
					}
				/>
			)}
			<OwnPanel
				isOpen={isPanelOpen}
				onFiles={(files) => void read({ files, problems: [] })}
				// The button that opened it may be gone with the rides before.
				onClosed={() => focusIfLost(() => addButton.current ?? action.current)}
			/>
			<KeepForSql
				kind="rides"
				keep={async () => {
					await keepRides();
					return isOwnKept.peek();
				}}
				problem={() => problemSentence(ownProblem.peek())}
			/>
			<p class="visually-hidden" role="status">
				{news.value}
			</p>
			{isOver.value && (
				<div class="own-over" aria-hidden="true">
					<p>Drop to see them on the map</p>
				</div>
			)}
		</>
	);
}

/** Part of an address that leads to one's own rides, counted as they are now. */
function countedTrips(): Record<string, string> {
	const counted = trips.peek();
	return counted === "all" ? {} : { trips: counted };
}

/** The way from the published rides to one's own, and back. */
function SourceButton(props: {
	readonly isOwn: boolean;
	readonly hasLake: boolean;
	readonly button: RefObject<HTMLButtonElement | null>;
	readonly onOpen: () => void;
}) {
	const hasOwn = useComputed(() => ownRides.value !== null || hasKept.value);
	if (props.isOwn)
		return props.hasLake ? (
			<button
				ref={props.button}
				type="button"
				class="button"
				onClick={() => goTo({})}
			>
				Published rides
			</button>
		) : null;
	return (
		<button
			ref={props.button}
			type="button"
			class="button"
			onClick={
				hasOwn.value
					? () => goTo({ rides: "own", ...countedTrips() })
					: props.onOpen
			}
		>
			Your own rides
		</button>
	);
}

/** Where there are no rides of one's own to show: none yet, none any more, or still on their way. */
function NothingToShow(props: {
	readonly hasLake: boolean;
	readonly button: RefObject<HTMLButtonElement | null>;
	readonly onOpen: () => void;
	readonly onErase: () => void;
}) {
	const buttons = (
		<div class="controls">
			<button
				ref={props.button}
				type="button"
				class="button button-primary"
				onClick={props.onOpen}
			>
				Show your own rides
			</button>
			{props.hasLake && (
				<button type="button" class="button" onClick={() => goTo({})}>
					Published rides
				</button>
			)}
			{hasKept.value && (
				<>
					<button type="button" class="button" onClick={() => void openKept()}>
						Try again
					</button>
					<button type="button" class="button" onClick={props.onErase}>
						Erase
					</button>
				</>
			)}
		</div>
	);
	if ((hasKept.value || isLooking.value) && ownProblem.value === null)
		return <Loading what="your rides" />;
	if (!props.hasLake && ownProblem.value === null)
		return (
			<NoRides>
				<WhyNotHere />
				{buttons}
			</NoRides>
		);
	return (
		<Empty>
			<h1>Your own rides</h1>
			<p role={ownProblem.value === null ? undefined : "alert"}>
				{ownProblem.value !== null
					? problemSentence(ownProblem.value)
					: "No rides of your own are on this device: they were not kept, or are erased. Rides of whoever sent you this address have not left theirs."}
			</p>
			{buttons}
		</Empty>
	);
}
