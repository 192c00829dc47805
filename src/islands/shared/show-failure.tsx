import { render } from "preact";
import { Failure } from "./states.tsx";

/**
 * Says why there is no more than what a box shows, until it is tried again: at the
 * box's end, or before the box where that has much to show.
 */
export function showFailure(
	box: Element,
	error: unknown,
	retry: () => unknown,
	place: "append" | "before" = "append",
): void {
	const failure = document.createElement("div");
	if (place === "before") failure.className = "island-notice";
	box[place](failure);
	render(
		<Failure
			error={error}
			onRetry={() => {
				render(null, failure);
				failure.remove();
				return retry();
			}}
		/>,
		failure,
	);
}
