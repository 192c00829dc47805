/** What is known of the visitor's posts besides their tables. */
export interface OwnSummary {
	/** Names of the files that hold posts, those in folders and zips with their paths. */
	readonly files: readonly string[];
	readonly posts: number;
	/** Milliseconds since 1970; null without posts. */
	readonly lastPost: number | null;
	readonly days: readonly OwnDay[];
	/** Values and files that could not be used. */
	readonly rejected: number;
	/** The first of them. */
	readonly rejects: readonly OwnReject[];
}

export interface OwnReject {
	readonly file: string;
	/** From 1; null for a whole file. */
	readonly line: number | null;
	readonly reason: string;
}

/** A UTC day of the visitor's posts, as the query `postsPerDay` gives it. */
export interface OwnDay {
	/** Midnight, milliseconds since 1970. */
	readonly day: number;
	readonly posts: number;
	readonly tagged: number;
	readonly tags: number;
	readonly reposts: number;
	readonly tagged_reposts: number;
	readonly repost_tags: number;
}
