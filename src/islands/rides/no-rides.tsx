import type { ComponentChildren } from "preact";
import { Empty } from "../shared/states.tsx";

/** Says how rides come here; with buttons where the visitor can do something. */
export function NoRides(props: { readonly children?: ComponentChildren }) {
	return (
		<Empty>
			<h1>No rides yet</h1>
			<p>
				Put GPX, FIT, TCX, KML or KMZ files (also <code>.gz</code>), or the
				export of Strava or Garmin, into a folder <code>rides/</code> below your
				data, and run <code>npm run data -- --input DIR</code>. This page then
				shows where you ride most.
			</p>
			{props.children}
		</Empty>
	);
}
