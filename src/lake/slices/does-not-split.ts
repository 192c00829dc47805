/** Why a statement cannot be answered slice by slice; `message` completes "it does not split: …". */
export class DoesNotSplit extends Error {
	constructor(reason: string) {
		super(reason);
		this.name = "DoesNotSplit";
	}
}
