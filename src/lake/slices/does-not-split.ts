/** Why a statement cannot be answered slice by slice; `message` completes "it does not split: …". */
export class DoesNotSplit extends Error {
	constructor(reason: string) {
		super(reason);
		this.name = "DoesNotSplit";
	}
}

/** Of a query that hands on the rows of what it reads: another query around it may aggregate them. */
export class DoesNotAggregate extends DoesNotSplit {}
