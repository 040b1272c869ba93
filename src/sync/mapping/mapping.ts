/** Which way a value goes between us and another CRM. */
export type Direction = 'push' | 'pull' | 'both'

/** One of our values and the field there that it is kept in. */
export interface FieldMapping {
  /** A field of ours as placeholders name it (`first_name`, `budget`), `attributes.NAME` of a contact or `variables.NAME` of a deal. */
  ours: string
  /** The key of the field there; `KEY:KIND` where its values have kinds. */
  theirs: string
  direction: Direction
}

/** How a project and the account of another CRM answer to each other. */
export interface CrmMapping {
  contact: FieldMapping[]
  deal: FieldMapping[]
  /** Labels of contacts are tags there. */
  labels: Direction | 'none'
  pipelines: PipelineMapping[]
  /** Operators who are not found by their e-mail among the users there. */
  users: { operator: string; user: string }[]
}

/** A pipeline of ours by the names of spot and pipeline, and the one there by its id. */
export interface PipelineMapping {
  spot: string
  pipeline: string
  theirs: string
  /** Our stage by name, the one there by id. */
  stages: { stage: string; theirs: string }[]
}
