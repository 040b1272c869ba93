/** Who does something: recorded with the change it makes. */
export type Actor =
  | { kind: 'operator'; id: number }
  | { kind: 'flow'; runId: number; chain?: ChangeChain }
  | { kind: 'channel'; id: number }
  | { kind: 'postback'; id: number }
  | { kind: 'integration'; id: number }
  | { kind: 'system' }

/** Flows that start one another by the changes they make. */
export interface ChangeChain {
  /** How many there are: 1 is the flow that a change from elsewhere started. */
  depth: number
  /** When that change was made, ISO 8601. */
  since: string
}

/** What every use case needs to know besides its input. */
export interface WorkContext {
  projectId: number
  now: Date
  by: Actor
}
