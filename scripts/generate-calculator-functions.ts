import { join } from 'node:path'
import { calculatorFunctions } from '../src/flows/calculator/calculator-functions.ts'
import { calculatorPage } from './calculator-page.ts'
import { writeGenerated } from './written-file.ts'

await writeGenerated(join(import.meta.dirname, '../docs/calculator.md'), calculatorPage(calculatorFunctions))
