import type { Access, AnswerOf, BodyOf, Operation, ParamsOf, QueryOf } from '../platform/http/operation.ts'
import type { WorkContext } from './context.ts'

/** The service operator behind an API key, and what the key is allowed to. */
export interface Caller {
  projectId: number
  operatorId: number
  keyId: number
  access: Access
}

/** One call of the API, its input checked and its caller known. */
export interface Call<Op extends Operation = Operation> {
  params: ParamsOf<Op>
  query: QueryOf<Op>
  body: BodyOf<Op>
  /** What use cases need: the caller's project, the caller, the present moment. */
  context: WorkContext
  caller: Caller
  request: Request
}

/** An operation and what answers it. */
export interface Route {
  operation: Operation
  handle(call: Call): Promise<unknown>
}

/** Joins an operation and its handler; the handler's types follow from the operation's schemas. */
export function route<Op extends Operation>(
  operation: Op,
  handle: (call: Call<Op>) => Promise<AnswerOf<Op>> | AnswerOf<Op>,
): Route {
  return { operation, handle: async (call) => handle(call as unknown as Call<Op>) }
}
