import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Files that start processes or measure memory. */
const ALONE = [
  'test/e2e/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/judge/slo/memory.test.ts',
  'test/serve/pages/browser.test.ts',
  'test/store/crash.test.ts',
  'test/observe/hostile.test.ts',
  'test/observe/sources/file/lines.test.ts',
  'test/observe/sources/http/{connections,hostile,http-source,inflate}.test.ts',
]

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests wait for daemons and servers half of their time: three keep two cores busy.
    maxWorkers: 3,
    // As `npm start` has it: what Node has compiled once need not be compiled by every Assay that a test starts.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/assay') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 2_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      // A process of its own for each file costs more than most files' tests: these share theirs and what they have loaded.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false } },
    ],
  },
})
