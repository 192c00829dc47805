/**
 * A worker that was killed says nothing. But the browser lets go of its locks: who
 * waits for one that it held hears of its end, whatever ended it. Browsers have
 * locks where the page is secure, and deny them to a frame in another site's page
 * that may not store anything; there nobody hears.
 */

/** A name that no other worker of the origin has, in any tab. */
export function newLife(what: string): string {
	return `lakeside-${what}-${performance.timeOrigin}-${Math.random()}`;
}

/** Holds the lock of that name for as long as this worker lives. Resolves once it does. */
export function holdLife(name: string): Promise<void> {
	return new Promise((resolve) => {
		if (navigator.locks === undefined) resolve();
		else
			navigator.locks
				.request(name, () => {
					resolve();
					return new Promise(() => {});
				})
				.catch(() => resolve());
	});
}

/** The same as text, for a classic worker to run before its script. */
export function lifeScript(name: string): string {
	return `navigator.locks?.request(${JSON.stringify(name)}, () => new Promise(() => {})).catch(() => {});`;
}

/** Calls back once the worker that holds the lock has ended. For after it took it. */
export function onDeath(name: string, ended: () => void): void {
	navigator.locks?.request(name, ended).catch(() => {});
}
