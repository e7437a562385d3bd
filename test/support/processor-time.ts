/** Milliseconds of processor time that this process has used: what work costs, whatever else the machine does meanwhile. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
