/** A point as an XML file tells it: texts, null where absent. */
export interface ToldPoint {
	/** Counted from 0 over the whole file. */
	readonly segment: number;
	/** Of the element that holds the point, from 1. */
	readonly line: number;
	readonly latitude: string | null;
	readonly longitude: string | null;
	readonly elevation: string | null;
	readonly time: string | null;
}
