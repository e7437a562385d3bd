import { sourceContract } from '../../../contract/source.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { call, put, sourceOf } from './archive.ts'

sourceContract(async () => {
  const folder = temporaryFolder()
  const lines = (file: string, count: number): string =>
    Array.from({ length: count }, (_, index) => call(index, `${file}-${index}`)).join('\n')
  put(folder.path, 'a.ndjson', lines('a', 70))
  put(folder.path, 'b.ndjson.gz', lines('b', 50))
  return {
    make: () => sourceOf(folder.path, ['*'], { limits: { records: 16, held: 1_000 } }),
    records: 120,
    close: async () => folder.remove(),
  }
})
