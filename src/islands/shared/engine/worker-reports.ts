import { type ProxyMarked, proxy } from "comlink";

/**
 * Does a task of a worker that reports how far it is. Its answer comes by another port than
 * its reports, in no order: one that comes after the task has ended is not heard.
 */
export async function withReports<Report extends readonly unknown[], Result>(
	hear: (...report: Report) => void,
	task: (
		report: ((...report: Report) => void) & ProxyMarked,
	) => Promise<Result>,
): Promise<Result> {
	let isOver = false;
	try {
		return await task(
			proxy((...report: Report) => {
				if (!isOver) hear(...report);
			}),
		);
	} finally {
		isOver = true;
	}
}
