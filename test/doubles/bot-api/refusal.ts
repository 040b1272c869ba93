/** An answer of the Bot API that is not a success, thrown by whatever finds the fault. */
export class Refusal extends Error {
  readonly status: number
  readonly parameters: { retry_after?: number; migrate_to_chat_id?: number } | undefined

  constructor(status: number, description: string, parameters?: Refusal['parameters']) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

/** A 400 in the vendor's words. */
export function badRequest(reason: string): Refusal {
  return new Refusal(400, `Bad Request: ${reason}`)
}
