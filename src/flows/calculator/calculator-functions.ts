import { createFunctionTable } from './function-table.ts'
import { libraryFunctions } from './functions/library.ts'
import type { CalculatorHost } from './host.ts'
import { hostFunctions } from './host-functions/host-functions.ts'

/** Every function that a script can call. */
export const calculatorFunctions = createFunctionTable<CalculatorHost>([...libraryFunctions, ...hostFunctions])
