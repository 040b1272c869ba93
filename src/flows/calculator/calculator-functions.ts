import { createFunctionTable } from './function-table.ts'
import { libraryFunctions } from './functions/library.ts'

/** Every function that a script can call. */
export const calculatorFunctions = createFunctionTable(libraryFunctions)
