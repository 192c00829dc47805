export type PageName = "home" | "rides" | "posts" | "weather" | "data" | "sql";

/** The pages of the header, in order; `dataset` is what the page needs, null for none. */
export const NAVIGATION: readonly {
	readonly page: Exclude<PageName, "home">;
	readonly label: string;
	readonly dataset: string | null;
}[] = [
	{ page: "rides", label: "Rides", dataset: "rides" },
	{ page: "posts", label: "Posts", dataset: "posts" },
	{ page: "weather", label: "Weather", dataset: "weather" },
	{ page: "data", label: "Data", dataset: null },
	{ page: "sql", label: "SQL", dataset: null },
];
