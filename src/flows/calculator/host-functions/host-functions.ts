import { clientFunctions } from './clients.ts'
import type { HostFunction } from './define-host-function.ts'
import { operatorFunctions } from './operators.ts'
import { orderLookupFunctions } from './order-lookups.ts'
import { orderVariableFunctions } from './order-variables.ts'
import { orderFunctions } from './orders.ts'
import { taskFunctions } from './tasks.ts'

/** The functions of the house: what scripts do with clients, tasks and orders. */
export const hostFunctions: readonly HostFunction[] = [
  ...clientFunctions,
  ...operatorFunctions,
  ...taskFunctions,
  ...orderLookupFunctions,
  ...orderFunctions,
  ...orderVariableFunctions,
]
