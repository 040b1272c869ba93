/** The name of a branch's work outside, for its caller. */
export function workKey(runId: number, branchId: number): string {
  return `${runId}:${branchId}`
}
