import type { Account } from './account.ts'
import type { Hooks } from './hooks.ts'
import type { Reply } from './pages.ts'

/** A call of the API whose token is good. */
export interface Call {
  account: Account
  hooks: Hooks
  method: string
  /** After `/api/v4/`. */
  path: string
  query: URLSearchParams
  json: unknown
  /** The user it counts as. */
  by: number
  /** What the groups of the route's path caught. */
  params: string[]
}

export interface Route {
  method: string
  path: RegExp
  answer(call: Call): Reply
}
