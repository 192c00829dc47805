import { type FaultyGateway, faultyGateway } from "./faulty-gateway.ts";
import { type ObjectStore, startRadosgw } from "./radosgw.ts";

export interface FaultyStore {
	/** The store itself, which answers rightly. */
	readonly server: ObjectStore;
	/** The same for those who are to meet with faults. */
	readonly gateway: FaultyGateway;
	stop(): Promise<void>;
}

/**
 * Starts a real object store with a bucket, behind a gateway that can be told to fail.
 * Its keys stand in the environment of this process, where builds look for them.
 */
export async function startFaultyStore(bucket: string): Promise<FaultyStore> {
	const server = await startRadosgw();
	const gateway = await faultyGateway(server);
	process.env.AWS_ACCESS_KEY_ID = server.accessKeyId;
	process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey;
	await server.makeBucket(bucket);
	return {
		server,
		gateway,
		async stop() {
			await gateway.close();
			await server.stop();
		},
	};
}
