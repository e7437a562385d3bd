import { spawnSync } from 'node:child_process'

/** Whether tests with a real Prometheus are to be run: it is installed, or everything is required. */
export const hasPrometheus = spawnSync('promtool', ['--version']).status === 0 || process.env['ASSAY_REQUIRE'] === 'all'
