import type { Database } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import { type Route, route } from '../../team/route.ts'
import type { BlockRegistry } from '../block.ts'
import * as calls from './calculator.schemas.ts'
import { tryScript } from './try-script.ts'

interface Parts {
  db: Database
  vault: Vault
  blocks: BlockRegistry
}

/** The playground of the calculator. */
export function calculatorRoutes(parts: Parts): Route[] {
  return [route(calls.postRunScript, ({ context, body }) => tryScript(parts, context, body))]
}
