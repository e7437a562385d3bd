/** A file that is made from the plan and kept in the repository. */
export interface GeneratedFile {
  /** From the folder it is written to, with `/`. */
  readonly path: string
  readonly text: string
}
