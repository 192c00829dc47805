import { expect, test } from "vitest";
import { type DragStart, dragHandlers } from "./drag.ts";

/** What is told of places, each its pixel from the left, while a pointer goes from one point to others. */
function told(
	pointerType: "mouse" | "touch" | "pen",
	points: readonly (readonly [x: number, y: number])[],
	end: "up" | "cancel",
): string[] {
	const said: string[] = [];
	const start: { current: DragStart<number> | null } = { current: null };
	const handlers = dragHandlers(start, ({ clientX }) => clientX, {
		onDrag: (from, to) => said.push(`${from} to ${to}`),
		onEnd: (from, to) => said.push(`chosen ${from} to ${to}`),
		onGiveUp: () => said.push("given up"),
	});
	const events = points.map(
		([clientX, clientY]) =>
			({
				...{ clientX, clientY, pointerType, button: 0, pointerId: 1 },
				currentTarget: { setPointerCapture() {} },
			}) as unknown as PointerEvent,
	);
	const [down, ...moves] = events as [PointerEvent, ...PointerEvent[]];
	handlers.onPointerDown(down);
	for (const move of moves) handlers.onPointerMove(move);
	if (end === "up") handlers.onPointerUp(events.at(-1) as PointerEvent);
	else handlers.onPointerCancel();
	// What comes after is no part of it.
	handlers.onPointerMove(down);
	handlers.onPointerUp(down);
	return said;
}

test("a mouse drags from where it is pressed", () => {
	expect(
		told(
			"mouse",
			[
				[10, 5],
				[11, 5],
			],
			"up",
		),
	).toEqual([...["10 to 10", "10 to 11", "chosen 10 to 11"]]);
	expect(told("mouse", [[10, 5]], "cancel")).toEqual(["10 to 10", "given up"]);
});

test.each(["touch", "pen"] as const)(
	"a %s that scrolls the page over it says nothing",
	(pointerType) => {
		const across = [
			[10, 5],
			[12, 14],
			[19, 40],
		] as const;
		expect(told(pointerType, across, "cancel")).toEqual([]);
		expect(told(pointerType, across, "up")).toEqual([]);
	},
);

test("a finger drags once it has moved along, and then however little", () => {
	expect(
		told(
			"touch",
			[
				[10, 5],
				[15, 5],
				[17, 6],
				[12, 30],
			],
			"up",
		),
	).toEqual(["10 to 17", "10 to 12", "chosen 10 to 12"]);
	expect(
		told(
			"touch",
			[
				[10, 5],
				[30, 5],
			],
			"cancel",
		),
	).toEqual([...["10 to 30", "given up"]]);
});

test("a tap chooses where it is", () => {
	expect(told("touch", [[10, 5]], "up")).toEqual(["chosen 10 to 10"]);
});
