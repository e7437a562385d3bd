import { openStore, type StoreConfig } from '../../src/store/open.ts'

/** A process that opens a store, takes the lock `leader` and keeps it until it is killed. */
const db = await openStore(JSON.parse(process.argv[2] ?? '') as StoreConfig)
const lock = await db.lock('leader')
console.log(lock === null ? 'refused' : 'held')
setInterval(() => undefined, 1_000)
