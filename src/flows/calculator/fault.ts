import { AppError } from '../../platform/errors.ts'

/** Why a script could not be read or could not go on. The message begins with the place. */
export class CalculatorFault extends AppError {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** The message without the place. */
  readonly reason: string

  constructor(reason: string, source: string, at: number, options: { cause?: unknown } = {}) {
    const before = source.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    super('invalid', `line ${line}, column ${column}: ${reason}`, options)
    this.name = 'CalculatorFault'
    this.line = line
    this.column = column
    this.reason = reason
  }
}
