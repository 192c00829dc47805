/** Gives back the connection of an answer whose body nobody reads. */
export async function discard(response: Response): Promise<void> {
	await response.body?.cancel();
}
