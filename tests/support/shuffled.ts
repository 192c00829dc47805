/** The same items in a random order, each as likely. `random` gives numbers from 0 to 1. */
export function shuffled<Item>(
	items: readonly Item[],
	random: () => number,
): Item[] {
	return items
		.map((item) => ({ item, place: random() }))
		.sort((one, other) => one.place - other.place)
		.map(({ item }) => item);
}
