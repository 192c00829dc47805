/**
 * The files by which SQL names the visitor's own data, where they are kept on the
 * device: tables as a lake has them, without `ride_points`.
 */
export const OWN_FILES = {
	/** Also with `same_trip_as`: the ride that counts instead where trips count once, else null. */
	rides: "own-rides.parquet",
	rideCells: "own-ride-cells.parquet",
	posts: "own-posts.parquet",
	postTags: "own-post-tags.parquet",
} as const;

export type OwnKind = "rides" | "posts";

/** The files that come together, for each kind of the visitor's own data. */
export const FILES_OF_KIND: Readonly<Record<OwnKind, readonly string[]>> = {
	rides: [OWN_FILES.rides, OWN_FILES.rideCells],
	posts: [OWN_FILES.posts, OWN_FILES.postTags],
};

/** Kinds of the visitor's own data that some SQL names a file of. */
export function ownKindsIn(sql: string): OwnKind[] {
	return (["rides", "posts"] as const).filter((kind) =>
		FILES_OF_KIND[kind].some((name) => sql.includes(`'${name}'`)),
	);
}
