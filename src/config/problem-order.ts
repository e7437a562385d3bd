import type { Problem } from '../model/problem.ts'

/** By file, then line: as a reader goes through them. */
export function byPlace(a: Problem, b: Problem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1
}
