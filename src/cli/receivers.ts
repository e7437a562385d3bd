import { resolve } from 'node:path'
import { loadProject } from '../config/load.ts'
import { problemLine } from '../model/problem.ts'
import type { ExitCode, Io } from './io.ts'
import { testReceiver } from './test-receiver.ts'

/** `assay receivers test NAME`: reads the configuration, then tests the receiver. 2: the configuration is bad. */
export async function receiversTest(
  options: { readonly config: string; readonly name: string; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const { project, problems } = loadProject(resolve(io.cwd, options.config))
  if (project === null) {
    for (const problem of problems) io.err(`${problemLine(problem)}\n`)
    return 2
  }
  return testReceiver(options, project.routes.value, project.assay.value.environment, io)
}
