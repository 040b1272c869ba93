import { AppError } from '../../platform/errors.ts'

/** A place in a script; both count from 1. */
export interface Place {
  line: number
  column: number
}

/** Why a script could not be read or could not go on. The message begins with the line. */
export class CalculatorFault extends AppError {
  readonly line: number
  readonly column: number

  constructor(message: string, { line, column }: Place, options: { cause?: unknown } = {}) {
    super('invalid', `line ${line}: ${message}`, options)
    this.name = 'CalculatorFault'
    this.line = line
    this.column = column
  }
}
