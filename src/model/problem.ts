/** One thing that is wrong in what the user wrote, where, and what would be right. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Relative to the project's folder. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** `unknown key "objectve" in slos[0]: did you mean "objective"?` */
  readonly message: string
}

/** `file:line:column: message`, as compilers print it. */
export function problemLine(problem: Problem): string {
  const kind = problem.severity === 'warning' ? 'warning: ' : ''
  return `${problem.file}:${problem.line}:${problem.column}: ${kind}${problem.message}`
}
