/** Who does something: recorded with the change it makes. */
export type Actor =
  | { kind: 'operator'; id: number }
  | { kind: 'flow'; runId: number }
  | { kind: 'channel'; id: number }
  | { kind: 'postback'; id: number }
  | { kind: 'system' }

/** What every use case needs to know besides its input. */
export interface WorkContext {
  projectId: number
  now: Date
  by: Actor
}
