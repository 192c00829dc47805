import { literal } from "../lib/sql/literal.ts";
import { OWN_FILES } from "../lib/sql/own-files.ts";
import type { PostTables } from "./posts.ts";
import type { RideTables } from "./rides.ts";
import { type Query, sql } from "./sql.ts";

/** Where SQL finds the visitor's own rides. */
export const OWN_RIDES: RideTables = {
	rides: fileNamed(OWN_FILES.rides),
	rideCells: fileNamed(OWN_FILES.rideCells),
};

const COUNTED = sql`same_trip_as is null`;

/** The same, of those that devices recorded on one trip the one that counts. */
export const OWN_RIDES_ONCE: RideTables = {
	rides: sql`(select * from ${OWN_RIDES.rides} where ${COUNTED})`,
	rideCells: sql`(select * from ${OWN_RIDES.rideCells} where ride_id in (select ride_id from ${OWN_RIDES.rides} where ${COUNTED}))`,
};

/** Where SQL finds the visitor's own posts; files of other names by theirs. */
export function ownPosts(
	posts: string = OWN_FILES.posts,
	postTags: string = OWN_FILES.postTags,
): PostTables {
	return {
		posts: { ...fileNamed(posts), display: fileNamed(OWN_FILES.posts).display },
		postTags: {
			...fileNamed(postTags),
			display: fileNamed(OWN_FILES.postTags).display,
		},
	};
}

/** Names of files stand in SQL as literals alone. */
function fileNamed(name: string): Query {
	const text = literal(name);
	return { sql: text, params: [], display: text };
}
