import { render } from "preact";
import { Failure } from "./states.tsx";

/** Says below what a box shows why there is no more of it, until it is tried again. */
export function showFailure(
	box: Element,
	error: unknown,
	retry: () => unknown,
): void {
	const failure = document.createElement("div");
	box.append(failure);
	render(
		<Failure
			error={error}
			onRetry={() => {
				failure.remove();
				return retry();
			}}
		/>,
		failure,
	);
}
