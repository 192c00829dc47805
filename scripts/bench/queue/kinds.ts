import type { JobKind } from "../../jobs/execute.ts";

const nothing: JobKind = async () => ({ outputs: [], value: null });

/** Jobs whose only cost is that of being a job. */
export const kinds = { nothing };
