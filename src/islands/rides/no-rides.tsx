import { Empty } from "../shared/states.tsx";

/** Says how rides come here. */
export function NoRides() {
	return (
		<Empty>
			<h1>No rides yet</h1>
			<p>
				Put GPX files (also <code>.gpx.gz</code>) into a folder{" "}
				<code>rides/</code> below your data, and run{" "}
				<code>npm run data -- --input DIR</code>. This page then shows where you
				ride most.
			</p>
		</Empty>
	);
}
